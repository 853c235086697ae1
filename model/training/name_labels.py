"""What a field or a crop teaches about the names of its cells."""

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES, CellClass
from model.config import RED_CELL_DIAMETER_PX
from model.data.packed import PackedField

UNNAMED = -1
"""Label of a cell whose sub-type is not known, or is none that the network names."""

_NAMES = (*NAMED_WHITE_SUBTYPES, *NAMED_RED_SUBTYPES)
_LABEL_OF = {name.value: index for index, name in enumerate(_NAMES)}
FIRST_RED_LABEL = len(NAMED_WHITE_SUBTYPES)
"""Labels below are white-cell sub-types, those from here on red-cell ones, each in the order of the network's names."""

LABELS = len(_NAMES)
_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)
_MIN_RED_CELLS = 8


def name_labels(field: PackedField) -> NDArray[np.int64]:
    """One label a box of the field, ``UNNAMED`` where it has none."""
    if not field.box_subtypes:
        return np.full(len(field.class_indices), UNNAMED, dtype=np.int64)
    return np.array([_LABEL_OF.get(subtype or "", UNNAMED) for subtype in field.box_subtypes], dtype=np.int64)


def typical_red_cell_px(boxes_xyxy_px: NDArray[np.float32], class_indices: NDArray[np.int64]) -> float:
    """Median over the red cells of the root of the box's area; the network's scale where there are fewer than eight."""
    boxes = boxes_xyxy_px[class_indices == _RED_CELL_INDEX]
    if len(boxes) < _MIN_RED_CELLS:
        return RED_CELL_DIAMETER_PX
    return float(np.median(np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))))
