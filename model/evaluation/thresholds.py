"""Choosing the working threshold of each class on the tuning split."""

from collections.abc import Sequence

import numpy as np

from model.classes import CELL_CLASSES
from model.evaluation.counting_error import counting_error
from model.evaluation.predictions import FieldPrediction
from model.evaluation.ranking import rank_class

_CANDIDATES = tuple(float(value) for value in np.arange(0.10, 0.71, 0.01).round(2))
_F1_TOLERANCE = 0.01
_SAME_COST = 1e-9


def choose_thresholds(fields: Sequence[FieldPrediction]) -> tuple[float, ...]:
    """One threshold a class: among those with nearly the best F1, the one that counts best.

    "Counts best" means the smallest sum of the images' absolute errors plus the pooled error, so that
    neither single images nor totals drift, over the fields whose publisher also labelled the cells cut by
    the border: against other labels a right count looks too high, and the threshold would hide true cells.
    Of thresholds that count alike the middle one is taken, the farthest from a change (ADR 0036).

    Raises:
        ValueError: There are no fields.
    """
    return tuple(_choose(fields, index) for index in range(len(CELL_CLASSES)))


def _choose(fields: Sequence[FieldPrediction], class_index: int) -> float:
    ranked = rank_class(fields, class_index, (0.5,))
    f1_of = {threshold: ranked.rates_at(threshold).f1 or 0.0 for threshold in _CANDIDATES}
    best = max(f1_of.values())
    good = [threshold for threshold, f1 in f1_of.items() if f1 >= best - _F1_TOLERANCE]
    countable = _countable(fields, class_index)

    def cost(threshold: float) -> float:
        error = counting_error(countable, class_index, threshold)
        return (error.relative_image_error or 0.0) + abs(error.pooled_error or 0.0)

    costs = [cost(threshold) for threshold in good]
    equal = [threshold for threshold, of_it in zip(good, costs, strict=True) if of_it <= min(costs) + _SAME_COST]
    return equal[(len(equal) - 1) // 2]


def _countable(fields: Sequence[FieldPrediction], class_index: int) -> Sequence[FieldPrediction]:
    """The fields labelled up to the border, or all where those hold no cell of the class."""
    complete = [field for field in fields if field.is_border_complete]
    has_cells = any((field.reference_class_indices == class_index).any() for field in complete)
    return complete if has_cells else fields
