"""The parts of a field that its quality is measured in: all of a small one, a sample of a large one."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES
from model.inference.rescaled import RescaledImage
from model.quality import Patch
from model.types import DetectedCell, Size

_WHOLE_PX = 2**20
"""Area, at the network's scale, up to which a field is measured as a whole."""

_PART_SIDE_PX, _PARTS_A_SIDE = 320, 3
"""Of a larger field: parts spread evenly over its width and height."""


def patches_of(image_hwc_u8: NDArray[np.uint8], scale: float, cells: Sequence[DetectedCell]) -> list[Patch]:
    """Parts of a field brought to the network's scale, with the counted cells in them.

    No more than a million pixels are rescaled for a small field, nine times 320 x 320 for a large one.
    """
    image = RescaledImage.by(image_hwc_u8, scale)
    counted = [cell for cell in cells if cell.is_counted]
    boxes = np.array([cell.box_xyxy_image_px for cell in counted], dtype=np.float32).reshape(-1, 4) / image.ratio
    classes = np.array([CELL_CLASSES.index(cell.cell_class) for cell in counted], dtype=np.int64)
    patches = []
    for left, top, right, bottom in _parts(image.size):
        touches = (boxes[:, 2:] > (left, top)).all(axis=1) & (boxes[:, :2] < (right, bottom)).all(axis=1)
        moved = (boxes[touches] - np.array([left, top, left, top])).astype(np.float32)
        patches.append(Patch(image.region(left, top, right, bottom), moved, classes[touches]))
    return patches


def _parts(size: Size) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of the parts to measure."""
    if size.width * size.height <= _WHOLE_PX:
        yield 0, 0, size.width, size.height
        return
    for top, bottom in _spread(size.height):
        for left, right in _spread(size.width):
            yield left, top, right, bottom


def _spread(length: int) -> list[tuple[int, int]]:
    side = min(length, _PART_SIDE_PX)
    starts = np.linspace(0, length - side, _PARTS_A_SIDE if length > side else 1).astype(int).tolist()
    return [(start, start + side) for start in starts]
