"""A crop with given cells, for tests that need no picture."""

import numpy as np
from numpy.typing import NDArray

from model.training.crops import Crop


def crop_of(
    boxes_xyxy_px: NDArray[np.float32],
    class_indices: NDArray[np.int64],
    crop_px: int,
    ignored_xyxy_px: NDArray[np.float32] | None = None,
) -> Crop:
    """A crop that shows nothing but field, with nothing to ignore unless it is given."""
    nothing = np.zeros((0, 4), np.float32)
    return Crop(
        image_hwc_u8=np.zeros((crop_px, crop_px, 3), np.uint8),
        boxes_xyxy_px=boxes_xyxy_px,
        class_indices=class_indices,
        ignored_xyxy_px=nothing if ignored_xyxy_px is None else ignored_xyxy_px,
        visible_size_px=(crop_px, crop_px),
        is_count_known=ignored_xyxy_px is None,
    )
