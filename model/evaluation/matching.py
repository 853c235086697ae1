"""Matching predicted boxes to reference boxes, and precision, recall and F1 from the matches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.boxes import compute_iou
from model.evaluation.predictions import FieldPrediction
from model.types import Size

Reading = Callable[[NDArray[np.float32], Size], NDArray[np.bool_]]
"""Which of N boxes x 4 of an image of that size are judged; the others count neither way."""


def every_cell(boxes_xyxy_px: NDArray[np.float32], _size: Size) -> NDArray[np.bool_]:
    """The plain reading: every box is judged."""
    return np.ones(len(boxes_xyxy_px), dtype=bool)


@dataclass(frozen=True, slots=True)
class DetectionRates:
    """Precision, recall, F1 and accuracy, each None where it is undefined (nothing predicted, nothing to find).

    ``accuracy`` is TP / (TP + FP + FN): that of a detector, which has no true negatives.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    accuracy: float | None

    @staticmethod
    def of(matches: int, predicted: int, reference: int) -> "DetectionRates":
        """The rates of ``matches`` true positives among predictions and reference cells."""
        both = predicted + reference
        return DetectionRates(
            precision=matches / predicted if predicted else None,
            recall=matches / reference if reference else None,
            f1=2 * matches / both if both else None,
            accuracy=matches / (both - matches) if both else None,
        )


@dataclass(frozen=True, slots=True)
class FieldMatches:
    """The N predictions of one class in one field, highest score first, matched at T limits of overlap.

    ``scores`` N, ``is_match`` and ``is_judged`` T x N; a prediction that is not judged counts neither
    as right nor as wrong. ``reference_cells`` are those judged. ``prediction_indices`` N and
    ``reference_indices`` T x N (-1: meets none) are places in the field's own lists.
    """

    scores: NDArray[np.float32]
    is_match: NDArray[np.bool_]
    is_judged: NDArray[np.bool_]
    reference_cells: int
    prediction_indices: NDArray[np.int64]
    reference_indices: NDArray[np.int64]


def match_field(
    field: FieldPrediction, class_index: int, min_ious: Sequence[float] = (0.5,), reading: Reading = every_cell
) -> FieldMatches:
    """Match the predictions of one class: highest score first, each reference cell met at most once.

    The procedure of COCO's evaluation (Lin et al. 2014, arXiv 1405.0312): a prediction meets the best of
    the judged reference cells that are still free, or else the best of those not judged, and is then not
    judged itself. A prediction that meets nothing is judged as the reading says.
    """
    chosen = np.flatnonzero(field.class_indices == class_index)
    chosen = chosen[np.argsort(-field.scores[chosen], kind="stable")]
    of_class = np.flatnonzero(field.reference_class_indices == class_index)
    boxes, reference = field.boxes_xyxy_px[chosen], field.reference_boxes_xyxy_px[of_class]
    is_reference_judged = reading(reference, field.size)
    met = greedy_matches(compute_iou(boxes, reference), np.asarray(min_ious), is_reference_judged)
    is_met_judged = np.append(is_reference_judged, np.array([False]))[met]  # the last stands for none met
    return FieldMatches(
        scores=field.scores[chosen],
        is_match=is_met_judged,
        is_judged=np.where(met >= 0, is_met_judged, reading(boxes, field.size)[None]),
        reference_cells=int(is_reference_judged.sum()),
        prediction_indices=chosen,
        reference_indices=np.append(of_class, np.array([-1]))[met],
    )


def greedy_matches(
    iou: NDArray[np.float32], min_ious: NDArray[np.float64], is_judged: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """T x N: the reference cell that each prediction meets at each of T limits of overlap, or -1.

    ``iou`` N x M has a row a prediction, highest score first, and a column a reference cell; ``is_judged`` M puts
    judged cells first.
    """
    matched = np.full((len(min_ious), len(iou)), -1, dtype=np.int64)
    if iou.shape[1] == 0:
        return matched
    free = np.ones((len(min_ious), iou.shape[1]), dtype=bool)
    limits = np.arange(len(min_ious))
    for row in np.flatnonzero(iou.max(axis=1) >= min_ious.min()):
        meets = free & (iou[row] >= min_ious[:, None])
        best = np.where(meets, iou[row] + is_judged, -1.0).argmax(axis=1)  # + 1 puts judged cells first
        found = meets[limits, best]
        matched[found, row] = best[found]
        free[limits[found], best[found]] = False
    return matched
