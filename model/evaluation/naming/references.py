"""The reference cells of one field whose sub-type is known, in pixels of its full-size image."""

from dataclasses import dataclass

import numpy as np

from model.classes import CELL_CLASSES, CellClass
from model.data.packed import PackedField
from model.data.sources import chula_rbc_12
from model.evaluation.naming.labels import PLATELET, RED_NAMES, WHITE_NAMES
from model.types import BoxXyxy

_PUBLISHED_REGIONS = {chula_rbc_12.SOURCE: 1}
"""How many regions of a field its publisher ignores, by source: Chula's scale bar. They come first; those that a
detector added where it was in doubt are judged, or what it missed would be left out of its own figures."""

_JUDGED_NAMES = frozenset((*WHITE_NAMES, *RED_NAMES))


@dataclass(frozen=True, slots=True)
class ReferenceCell:
    """One cell that somebody named.

    ``x_px`` and ``y_px`` lie on the cell. ``box_xyxy_image_px`` is None where no side of a box can be trusted:
    for points, and for boxes that were stamped on the cells.
    """

    cell_class: CellClass
    name: str
    x_px: float
    y_px: float
    box_xyxy_image_px: BoxXyxy | None = None


def reference_cells(field: PackedField) -> list[ReferenceCell]:
    """The cells of a field that can be judged by name.

    A field with points is judged by its points; sub-types of its boxes come from them. Not judged are cells
    without a sub-type, those that the publisher could not categorise, and points in a region that it ignores.
    Sub-types of a field that belong to no certain cell (``white_cell_subtypes``) are not judged either.
    """
    found = _pointed(field) if field.points else _boxed(field)
    return [cell for cell in found if cell.name in _JUDGED_NAMES]


def _pointed(field: PackedField) -> list[ReferenceCell]:
    cells = []
    for point in field.points:
        cell_class = CELL_CLASSES[point.class_index]
        name = PLATELET if cell_class is CellClass.PLATELET else point.subtype
        if name is not None and not _is_ignored(field, point.x_px, point.y_px):
            cells.append(ReferenceCell(cell_class, name, point.x_px / field.scale, point.y_px / field.scale))
    return cells


def _boxed(field: PackedField) -> list[ReferenceCell]:
    is_stamped = field.has_stamped_boxes()
    cells = []
    for box, index, name in zip(
        field.reference_boxes_image_px().tolist(), field.class_indices, field.box_subtypes, strict=False
    ):
        if name is not None:
            x1, y1, x2, y2 = box
            sides = None if is_stamped else (x1, y1, x2, y2)
            cells.append(ReferenceCell(CELL_CLASSES[index], name, (x1 + x2) / 2, (y1 + y2) / 2, sides))
    return cells


def _is_ignored(field: PackedField, x_px: float, y_px: float) -> bool:
    regions = field.ignored_array()[: _PUBLISHED_REGIONS.get(field.source, 0)]
    place = np.array([x_px, y_px], dtype=np.float32)
    return bool(((regions[:, :2] <= place) & (place <= regions[:, 2:])).all(axis=1).any())
