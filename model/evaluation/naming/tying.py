"""Which found cell a reference cell is: each of both once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.boxes import compute_iou
from model.classes import CellClass
from model.evaluation.naming.labels import HOLDERS
from model.evaluation.naming.references import ReferenceCell
from model.types import BoxXyxy

_MIN_IOU = 0.5
_OTHER_CLASS = 1e6
"""Added to the distance of a cell of another class that may hold the name: those come last."""


def tie_cells(
    references: Sequence[ReferenceCell], boxes_xyxy_px: Sequence[BoxXyxy], classes: Sequence[CellClass]
) -> list[int | None]:
    """For each reference cell the place of its found cell in the list, or None where it was not found.

    A reference box is tied to the found box that overlaps it most, by IoU 0.5 at least; a point, or a box whose
    sides tell nothing, to the found cell whose box holds it, nearest centre first. A reference cell goes
    to a cell of another class (``HOLDERS``) only where none of its own is left.
    """
    if not references or not boxes_xyxy_px:
        return [None] * len(references)
    boxes = np.array(boxes_xyxy_px, dtype=np.float32).reshape(-1, 4)
    distances = np.stack([_distances(reference, boxes, classes) for reference in references])
    tied: list[int | None] = [None] * len(references)
    is_free = np.ones(len(boxes), dtype=bool)
    for flat in np.argsort(distances, axis=None, kind="stable"):
        row, column = (int(part) for part in np.unravel_index(flat, distances.shape))
        if not np.isfinite(distances[row, column]):
            break
        if tied[row] is None and is_free[column]:
            tied[row] = column
            is_free[column] = False
    return tied


def _distances(
    reference: ReferenceCell, boxes: NDArray[np.float32], classes: Sequence[CellClass]
) -> NDArray[np.float64]:
    """How far each found cell is from being this one; infinite where it cannot be."""
    if reference.box_xyxy_image_px is None:
        distances = _from_place(reference, boxes)
    else:
        iou = compute_iou(np.array([reference.box_xyxy_image_px], dtype=np.float32), boxes)[0]
        distances = np.where(iou >= _MIN_IOU, 1.0 - iou.astype(np.float64), np.inf)
    holders = HOLDERS[reference.cell_class]
    added = [
        0.0 if found is reference.cell_class else _OTHER_CLASS if found in holders else np.inf for found in classes
    ]
    return np.asarray(distances + np.array(added))


def _from_place(reference: ReferenceCell, boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    place = np.array([reference.x_px, reference.y_px], dtype=np.float32)
    is_held = ((boxes[:, :2] <= place) & (place <= boxes[:, 2:])).all(axis=1)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.where(is_held, np.hypot(*(centres - place).T.astype(np.float64)), np.inf)
