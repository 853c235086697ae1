"""The reading *border cells not judged*: for labels that leave out cells which the border cuts."""

import numpy as np
from numpy.typing import NDArray

from model.types import Size

BORDER_PX = 2.0
"""A box that comes this near to the border of the image touches it."""


def away_from_border(boxes_xyxy_px: NDArray[np.float32], size: Size) -> NDArray[np.bool_]:
    """Which of N boxes (N x 4, full-size image pixels) do not touch the border of their image."""
    nearest = np.minimum(
        boxes_xyxy_px[:, :2].min(axis=1, initial=np.inf),
        (np.array([size.width, size.height], dtype=np.float32) - boxes_xyxy_px[:, 2:]).min(axis=1, initial=np.inf),
    )
    return np.asarray(nearest > BORDER_PX)
