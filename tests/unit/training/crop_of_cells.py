"""A crop with given cells, for tests that need no picture."""

import numpy as np
from numpy.typing import NDArray

from model.config import RED_CELL_DIAMETER_PX
from model.training.crops import Crop
from model.training.name_labels import UNNAMED


def crop_of(
    boxes_xyxy_px: NDArray[np.float32],
    class_indices: NDArray[np.int64],
    crop_px: int,
    ignored_xyxy_px: NDArray[np.float32] | None = None,
    name_labels: NDArray[np.int64] | None = None,
) -> Crop:
    """A crop that shows nothing but field, with nothing to ignore and no cell named unless they are given."""
    nothing = np.zeros((0, 4), np.float32)
    return Crop(
        image_hwc_u8=np.zeros((crop_px, crop_px, 3), np.uint8),
        boxes_xyxy_px=boxes_xyxy_px,
        class_indices=class_indices,
        ignored_xyxy_px=nothing if ignored_xyxy_px is None else ignored_xyxy_px,
        visible_size_px=(crop_px, crop_px),
        is_count_known=ignored_xyxy_px is None,
        name_labels=np.full(len(class_indices), UNNAMED, np.int64) if name_labels is None else name_labels,
        red_cell_px=RED_CELL_DIAMETER_PX,
    )
