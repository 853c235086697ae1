"""Counting a field: image bytes in, cells in image pixels out."""

from model.inference.batching import Batching
from model.inference.counter import CellCounter, load_cell_counter
from model.inference.device import DeviceUnavailable, choose_device
from model.inference.engines import EngineUnavailable
from model.inference.scale_limits import ScaleRefused

__all__ = [
    "Batching",
    "CellCounter",
    "DeviceUnavailable",
    "EngineUnavailable",
    "ScaleRefused",
    "choose_device",
    "load_cell_counter",
]
