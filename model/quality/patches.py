"""Parts of a field at the network's scale, with the cells found in them: all that the measures look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, CellClass

RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)

_STEP_PX = 2
"""Colours are read from every second row and column: medians of a hundred thousand pixels need no more."""

_REACH = 1.1
"""An outline is an ellipse this much wider than the one in the box, so that no cell's edge counts as background."""

_HEART = 0.6
"""Of a cell's diameter: within it lies nothing but cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A part of a field, a red cell 50 px wide in it.

    ``pixels_hwc_u8`` has axes row, column, channel; ``boxes_xyxy_px`` (N x 4, in pixels of the patch, they may reach
    beyond it) and ``class_indices`` (N, in the order of ``CELL_CLASSES``) are the counted cells.
    """

    pixels_hwc_u8: NDArray[np.uint8]
    boxes_xyxy_px: NDArray[np.float32]
    class_indices: NDArray[np.int64]

    @property
    def red_boxes_xyxy_px(self) -> NDArray[np.float32]:
        """The boxes of the red cells."""
        return np.asarray(self.boxes_xyxy_px[self.class_indices == RED_CELL_INDEX])


@dataclass(frozen=True, slots=True, eq=False)
class PatchColours:
    """Pixels (N x 3, 0..255) of a patch: those outside every cell, and those in the middle of red cells.

    ``covered`` is the share of the patch that lies within the cells' outlines.
    """

    outside: NDArray[np.uint8]
    in_red_cells: NDArray[np.uint8]
    covered: float


def colours_of(patch: Patch) -> PatchColours:
    """The pixels of a patch by what they show."""
    pixels = patch.pixels_hwc_u8[::_STEP_PX, ::_STEP_PX]
    covered = np.zeros(pixels.shape[:2], dtype=bool)
    is_red = np.zeros(pixels.shape[:2], dtype=bool)
    for box, index in zip(patch.boxes_xyxy_px / _STEP_PX, patch.class_indices, strict=True):
        _mark_ellipse(covered, box, _REACH)
        if index == RED_CELL_INDEX:
            _mark_ellipse(is_red, box, _HEART)
    return PatchColours(pixels[~covered], pixels[is_red], float(covered.mean()))


def _mark_ellipse(mask: NDArray[np.bool_], box: NDArray[np.float32], size: float) -> None:
    """Mark the ellipse in a box (pixels of the mask), ``size`` times as wide and high."""
    x1, y1, x2, y2 = box.tolist()
    x, y, across, down = (x1 + x2) / 2, (y1 + y2) / 2, size * (x2 - x1) / 2, size * (y2 - y1) / 2
    rows, columns = mask.shape
    top, bottom = max(0, int(y - down)), min(rows, int(y + down) + 2)
    left, right = max(0, int(x - across)), min(columns, int(x + across) + 2)
    if top >= bottom or left >= right or across <= 0 or down <= 0:
        return
    row = ((np.arange(top, bottom) + 0.5 - y) / down) ** 2
    column = ((np.arange(left, right) + 0.5 - x) / across) ** 2
    mask[top:bottom, left:right] |= row[:, None] + column[None, :] <= 1
