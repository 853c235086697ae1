"""Choosing the working threshold of each class on the tuning split."""

from collections.abc import Sequence

import numpy as np

from model.classes import CELL_CLASSES
from model.evaluation.counting_error import counting_error
from model.evaluation.matching import match_class
from model.evaluation.predictions import FieldPrediction

_CANDIDATES = tuple(float(value) for value in np.arange(0.10, 0.71, 0.01).round(2))
_F1_TOLERANCE = 0.004


def choose_thresholds(fields: Sequence[FieldPrediction]) -> tuple[float, ...]:
    """One threshold a class: among those with nearly the best F1, the one that counts best.

    "Counts best" means the smallest sum of the images' absolute errors plus the pooled error, so that
    neither single images nor totals drift.

    Raises:
        ValueError: There are no fields.
    """
    return tuple(_choose(fields, index) for index in range(len(CELL_CLASSES)))


def _choose(fields: Sequence[FieldPrediction], class_index: int) -> float:
    matched = match_class(fields, class_index)
    f1_of = {threshold: matched.at(threshold).f1 or 0.0 for threshold in _CANDIDATES}
    best = max(f1_of.values())
    good = [threshold for threshold, f1 in f1_of.items() if f1 >= best - _F1_TOLERANCE]

    def cost(threshold: float) -> float:
        error = counting_error(fields, class_index, threshold)
        return (error.relative_image_error or 0.0) + abs(error.pooled_error or 0.0)

    return min(good, key=cost)
