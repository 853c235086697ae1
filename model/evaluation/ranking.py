"""The predictions of one class over many fields in order of score: average precision of any resample of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.matching import DetectionRates, Reading, every_cell, match_field
from model.evaluation.predictions import FieldPrediction

COCO_IOUS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""The limits of overlap that COCO's AP50-95 is the mean over."""

_RECALL_POINTS = np.linspace(0, 1, 101)
_ROUNDING = 1e-12
"""A recall of 3/10 may come out a hair below the point 0.30 that it reaches."""


@dataclass(frozen=True, slots=True)
class RankedPredictions:
    """N predictions over F fields, highest score first, matched at T limits of overlap.

    ``scores`` and ``field_indices`` N, ``is_match`` and ``is_judged`` T x N, ``reference_cells`` F, those judged.
    """

    scores: NDArray[np.float32]
    field_indices: NDArray[np.int64]
    is_match: NDArray[np.bool_]
    is_judged: NDArray[np.bool_]
    reference_cells: NDArray[np.int64]

    def average_precision(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """COCO's 101-point average precision of R resamples at each limit of overlap, R x T.

        ``weights`` R x F is how often each field was drawn; NaN where no reference cell was. At each
        recall the best precision from there on counts (Lin et al. 2014, arXiv 1405.0312).
        """
        totals = weights @ self.reference_cells
        # Between two matches precision only falls, so the curve is needed at the matches alone.
        places = [np.flatnonzero(row) for row in self.is_match]
        is_plain = bool(self.is_judged.all())
        found = np.full((len(weights), len(places)), np.nan)
        for draw in np.flatnonzero(totals):
            weight = weights[draw][self.field_indices]
            predicted = np.cumsum(weight) if is_plain else None
            for limit, at_matches in enumerate(places):
                so_far = np.cumsum(weight * self.is_judged[limit]) if predicted is None else predicted
                matches = np.cumsum(weight[at_matches])
                found[draw, limit] = _area(matches, so_far[at_matches], float(totals[draw]))
        return found

    def at(self, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Matches and judged predictions by field at the first limit of overlap, from a score on; F each."""
        kept = self.scores >= threshold
        fields = len(self.reference_cells)
        matches = np.bincount(self.field_indices[kept & self.is_match[0]], minlength=fields)
        predicted = np.bincount(self.field_indices[kept & self.is_judged[0]], minlength=fields)
        return matches, predicted

    def rates_at(self, threshold: float) -> DetectionRates:
        """Precision, recall, F1 and accuracy over all fields at the first limit of overlap, from a score on."""
        matches, predicted = self.at(threshold)
        return DetectionRates.of(int(matches.sum()), int(predicted.sum()), int(self.reference_cells.sum()))


def rank_class(
    fields: Sequence[FieldPrediction],
    class_index: int,
    min_ious: Sequence[float] = COCO_IOUS,
    reading: Reading = every_cell,
) -> RankedPredictions:
    """Match one class in every field and put the predictions of all fields in order of score.

    Raises:
        ValueError: There are no fields.
    """
    if not fields:
        raise ValueError("no fields to rank; give a split that is not empty")
    matches = [match_field(field, class_index, min_ious, reading) for field in fields]
    scores = np.concatenate([match.scores for match in matches])
    indices = np.repeat(np.arange(len(fields)), [len(match.scores) for match in matches])
    order = np.argsort(-scores, kind="stable")
    return RankedPredictions(
        scores=scores[order],
        field_indices=indices[order],
        is_match=np.concatenate([match.is_match for match in matches], axis=1)[:, order],
        is_judged=np.concatenate([match.is_judged for match in matches], axis=1)[:, order],
        reference_cells=np.array([match.reference_cells for match in matches]),
    )


def _area(matches: NDArray[np.float64], predicted: NDArray[np.float64], total: float) -> float:
    """Mean precision over COCO's 101 points of recall, from both sums so far at each match."""
    precision = matches / np.maximum(predicted, 1e-9)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(matches / total, _RECALL_POINTS - _ROUNDING)
    return float(best_from_here[reached[reached < len(matches)]].sum() / len(_RECALL_POINTS))
