"""What became of each cell of one field at the working thresholds: found, missed, or counted where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES
from model.evaluation.matching import match_field
from model.evaluation.predictions import FieldPrediction


@dataclass(frozen=True, slots=True)
class ClassTally:
    """Cells of one class in one field: by the reference, counted, missed and extra."""

    reference: int
    counted: int
    missed: int
    extra: int

    @property
    def errors(self) -> int:
        """Cells missed and cells counted where there is none; one box that sits badly makes both."""
        return self.missed + self.extra


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """One field judged at IoU 0.5, class by class.

    ``is_counted`` N: the prediction reached its threshold. ``is_extra`` N: it is counted and meets no
    reference cell. ``is_missed`` M: the reference cell is met by no counted prediction.
    """

    field: FieldPrediction
    is_counted: NDArray[np.bool_]
    is_extra: NDArray[np.bool_]
    is_missed: NDArray[np.bool_]

    def tally(self, class_index: int) -> ClassTally:
        """The numbers of one class."""
        predicted = self.field.class_indices == class_index
        reference = self.field.reference_class_indices == class_index
        return ClassTally(
            reference=int(reference.sum()),
            counted=int((self.is_counted & predicted).sum()),
            missed=int((self.is_missed & reference).sum()),
            extra=int((self.is_extra & predicted).sum()),
        )

    def errors(self, class_index: int | None = None) -> int:
        """Cells missed and extra cells of one class, or of all classes."""
        indices = range(len(CELL_CLASSES)) if class_index is None else (class_index,)
        return sum(self.tally(index).errors for index in indices)


def judge_field(field: FieldPrediction, thresholds: Sequence[float]) -> FieldOutcome:
    """Match one field at the working threshold of each class, at IoU 0.5."""
    is_counted = field.scores >= np.asarray(thresholds)[field.class_indices]
    is_extra = is_counted.copy()
    is_missed = np.ones(len(field.reference_class_indices), dtype=bool)
    for index in range(len(CELL_CLASSES)):
        match = match_field(field, index)
        met = match.is_match[0] & is_counted[match.prediction_indices]
        is_extra[match.prediction_indices[met]] = False
        is_missed[match.reference_indices[0][met]] = False
    return FieldOutcome(field, is_counted, is_extra, is_missed)


def worst_fields(
    fields: Sequence[FieldPrediction], thresholds: Sequence[float], number: int, class_index: int | None = None
) -> list[FieldOutcome]:
    """The fields with most errors in one class or in all, worst first; fields without any are left out."""
    outcomes = [judge_field(field, thresholds) for field in fields]
    wrong = [outcome for outcome in outcomes if outcome.errors(class_index)]
    return sorted(wrong, key=lambda outcome: (-outcome.errors(class_index), outcome.field.key))[:number]
