"""Matching predicted boxes to reference boxes, and precision, recall and F1 from the matches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.evaluation.predictions import FieldPrediction


@dataclass(frozen=True, slots=True)
class MatchedScores:
    """Predictions of one class over a set of fields: their scores and whether each met a reference cell."""

    scores: NDArray[np.float32]
    is_match: NDArray[np.bool_]
    reference_cells: int

    def at(self, threshold: float) -> "DetectionRates":
        """Precision, recall and F1 of the predictions with at least this score."""
        kept = self.scores >= threshold
        return DetectionRates.of(int(self.is_match[kept].sum()), int(kept.sum()), self.reference_cells)


@dataclass(frozen=True, slots=True)
class DetectionRates:
    """Precision, recall and F1, each None where it is undefined (nothing predicted, nothing to find)."""

    precision: float | None
    recall: float | None
    f1: float | None

    @staticmethod
    def of(matches: int, predicted: int, reference: int) -> "DetectionRates":
        """The rates of ``matches`` true positives among predictions and reference cells."""
        f1 = 2 * matches / (predicted + reference) if predicted + reference else None
        return DetectionRates(
            matches / predicted if predicted else None, matches / reference if reference else None, f1
        )


def compute_iou(boxes: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of each of N boxes with each of M others, N x M."""
    corner = np.maximum(boxes[:, None, :2], others[None, :, :2])
    opposite = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.clip(opposite - corner, 0, None), axis=2)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    other_area = np.prod(others[:, 2:] - others[:, :2], axis=1)
    union = area[:, None] + other_area[None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float32)


def match_class(fields: Sequence[FieldPrediction], class_index: int, min_iou: float = 0.5) -> MatchedScores:
    """Match the predictions of one class: highest score first, each reference cell met at most once.

    The procedure of COCO's evaluation (Lin et al. 2014, arXiv 1405.0312): a prediction meets the best of
    the reference cells that are still free.

    Raises:
        ValueError: There are no fields.
    """
    if not fields:
        raise ValueError("no fields to match; give a split that is not empty")
    scores, matches, reference_cells = [], [], 0
    for field in fields:
        chosen = field.class_indices == class_index
        reference = field.reference_boxes_xyxy_px[field.reference_class_indices == class_index]
        order = np.argsort(-field.scores[chosen], kind="stable")
        scores.append(field.scores[chosen][order])
        matches.append(_greedy_matches(compute_iou(field.boxes_xyxy_px[chosen][order], reference), min_iou))
        reference_cells += len(reference)
    return MatchedScores(np.concatenate(scores), np.concatenate(matches), reference_cells)


def _greedy_matches(iou: NDArray[np.float32], min_iou: float) -> NDArray[np.bool_]:
    matched = np.zeros(len(iou), dtype=bool)
    if iou.shape[1] == 0:
        return matched
    free = iou.copy()
    for row in range(len(free)):
        best = int(free[row].argmax())
        if free[row, best] >= min_iou:
            matched[row] = True
            free[:, best] = -1
    return matched
