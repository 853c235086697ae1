"""Counting a field: image bytes in, cells in image pixels out."""

from model.inference.counter import CellCounter, load_cell_counter
from model.inference.device import DeviceUnavailable
from model.inference.engines import EngineUnavailable
from model.inference.scale_limits import ScaleRefused

__all__ = ["CellCounter", "DeviceUnavailable", "EngineUnavailable", "ScaleRefused", "load_cell_counter"]
