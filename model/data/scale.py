"""How large a red cell is in a field, and the factor that brings it to the network's scale."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from PIL import Image

from model.classes import CELL_CLASSES, CellClass
from model.data.fields import AnnotatedField

_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)
_BORDER_PX = 2.0
_MIN_RED_CELLS = 4
"""Fewer uncut red cells than this do not give a field its own diameter; its source's median does."""


def red_cell_diameter_px(field: AnnotatedField) -> float | None:
    """Median of (width + height) / 2 over the red cells not cut by the border, in image pixels.

    None where the field has fewer than four of them.
    """
    with Image.open(field.image_path) as image:
        width, height = image.size
    boxes = field.boxes_xyxy_px[field.class_indices == _RED_CELL_INDEX]
    uncut = (boxes[:, :2] > _BORDER_PX).all(axis=1)
    uncut &= (boxes[:, 2] < width - _BORDER_PX) & (boxes[:, 3] < height - _BORDER_PX)
    if uncut.sum() < _MIN_RED_CELLS:
        return None
    sides = boxes[uncut, 2:] - boxes[uncut, :2]
    return float(np.median(sides.mean(axis=1)))


def diameters_px(fields: Sequence[AnnotatedField]) -> list[float]:
    """One diameter a field: its own where it has one, else the one its reader states, else its source's median.

    Raises:
        ValueError: A source has no field with enough red cells to measure, and its reader states nothing.
    """
    own = [red_cell_diameter_px(field) or field.stated_diameter_px for field in fields]
    by_source: defaultdict[str, list[float]] = defaultdict(list)
    for field, diameter in zip(fields, own, strict=True):
        if diameter is not None:
            by_source[field.source].append(diameter)
    missing = {field.source for field in fields} - set(by_source)
    if missing:
        raise ValueError(f"no field of {', '.join(sorted(missing))} has {_MIN_RED_CELLS} uncut red cells to measure")
    return [
        diameter if diameter is not None else float(np.median(by_source[field.source]))
        for field, diameter in zip(fields, own, strict=True)
    ]
