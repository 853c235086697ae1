"""Loading the network. Importing this module imports PyTorch: seconds and half a gigabyte."""

from collections.abc import Mapping

import torch

from app.errors import WeightsUnavailable
from app.services.images.decoding.reader import image_reader
from app.settings import Settings
from model.classes import CELL_CLASSES
from model.inference import (
    Batching,
    CellCounter,
    DeviceUnavailable,
    EngineUnavailable,
    choose_device,
    load_cell_counter,
)
from model.types import FieldResult
from model.weights import WeightsRefused


def load_release_counter(settings: Settings) -> CellCounter:
    """A counter with the weights that the settings name.

    Raises:
        WeightsUnavailable: They are missing, damaged or made for another network, or the device or engine is not
            there.
    """
    if settings.torch_threads is not None:
        torch.set_num_threads(settings.torch_threads)
    reader = image_reader(settings)
    try:
        return load_cell_counter(
            settings.weights_path,
            device=settings.device,
            engine=settings.engine,
            limits=reader.limits,
            batching=_batching(settings),
            decoder=lambda image_bytes, _: reader.decode(image_bytes),
        )
    except (WeightsRefused, DeviceUnavailable, EngineUnavailable) as refusal:
        raise WeightsUnavailable(str(refusal)) from refusal


def _batching(settings: Settings) -> Batching | None:
    """How a graphics card counts images of several requests together; None where none is used or it has one to do.

    Raises:
        DeviceUnavailable: The device is not on this machine.
    """
    most_images = min(settings.count_concurrency, settings.gpu_batch_images)
    if choose_device(settings.device).type != "cuda" or most_images == 1:
        return None
    return Batching(most_images=most_images, wait_s=settings.gpu_batch_wait_ms / 1000)


def working_thresholds(counter: CellCounter) -> Mapping[str, float]:
    """The lowest score, in 0..1, at which a cell of each class is counted."""
    return {
        cell_class.value: threshold
        for cell_class, threshold in zip(CELL_CLASSES, counter.settings.thresholds, strict=True)
    }


CANDIDATE_SCORE = 0.2
"""Cells from this score on are listed, not counted, so that a person who corrects a field sees them too.

On drawn and real fields a few more lines than cells; from 0.1 on there would be several times as many.
"""


class ListingCounter:
    """A counter that also lists what it is not sure enough to count; the counts are the same."""

    def __init__(self, counter: CellCounter) -> None:
        self._counter = counter
        self.weights = counter.weights
        self.device, self.engine = counter.device, counter.engine

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:
        """Count the cells of one image file; a bad image gives a refusal and never raises."""
        return self._counter.count(image_bytes, min_score=CANDIDATE_SCORE, um_per_px=um_per_px)
