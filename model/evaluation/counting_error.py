"""How well the counts agree with the reference counts, pooled and image by image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from model.evaluation.predictions import FieldPrediction


@dataclass(frozen=True, slots=True)
class CountingError:
    """Counting errors of one class over a set of fields; None where undefined.

    ``total_count_accuracy`` is 1 - |sum predicted - sum reference| / sum reference, the measure of
    Alam & Islam (2019, Healthcare Technology Letters 6), in which errors of opposite sign cancel.
    ``pooled_error`` is its signed counterpart, (sum predicted - sum reference) / sum reference.
    ``relative_image_error`` is the sum of the images' absolute errors / sum reference: nothing cancels.
    ``mean_relative_image_error`` is the mean of |predicted - reference| / reference over the images with
    reference cells: every such image weighs the same. ``bias`` and ``limits_of_agreement`` (cells an
    image, bias -/+ 1.96 standard deviations) follow Bland & Altman (1986, Lancet 327).
    """

    reference_cells: int
    predicted_cells: int
    total_count_accuracy: float | None
    pooled_error: float | None
    relative_image_error: float | None
    mean_relative_image_error: float | None
    mean_absolute_error: float
    bias: float
    limits_of_agreement: tuple[float, float] | None


def counting_error(fields: Sequence[FieldPrediction], class_index: int, threshold: float) -> CountingError:
    """The errors of one class when cells from ``threshold`` on are counted.

    Raises:
        ValueError: There are no fields.
    """
    predicted = [((field.class_indices == class_index) & (field.scores >= threshold)).sum() for field in fields]
    return count_agreement(predicted, reference_counts(fields, class_index))


def reference_counts(fields: Sequence[FieldPrediction], class_index: int) -> NDArray[np.int64]:
    """Reference cells of one class by field."""
    return np.array([(field.reference_class_indices == class_index).sum() for field in fields], dtype=np.int64)


def count_agreement(predicted: ArrayLike, reference: ArrayLike) -> CountingError:
    """The errors of counts by field, whole or, of a count head, fractions of cells.

    Raises:
        ValueError: There are no fields.
    """
    counted, truth = np.asarray(predicted, dtype=float), np.asarray(reference, dtype=float)
    if not truth.size:
        raise ValueError("no fields to compute a counting error of; give a split that is not empty")
    difference, total = counted - truth, truth.sum()
    pooled = float(difference.sum() / total) if total else None
    spread = float(difference.std(ddof=1)) if len(truth) > 1 else None
    bias = float(difference.mean())
    has_cells = truth > 0
    return CountingError(
        reference_cells=int(total),
        predicted_cells=round(float(counted.sum())),
        total_count_accuracy=None if pooled is None else 1 - abs(pooled),
        pooled_error=pooled,
        relative_image_error=float(np.abs(difference).sum() / total) if total else None,
        mean_relative_image_error=float((np.abs(difference) / np.maximum(truth, 1))[has_cells].mean())
        if total
        else None,
        mean_absolute_error=float(np.abs(difference).mean()),
        bias=bias,
        limits_of_agreement=None if spread is None else (bias - 1.96 * spread, bias + 1.96 * spread),
    )
