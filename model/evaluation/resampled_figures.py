"""Each published figure of one class in every resample of the fields, from sums by field."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldSums:
    """What the figures of one class are computed from, by field, F each.

    ``matches`` are true positives among the ``predicted`` cells (both at the working threshold);
    ``reference`` are the cells there are. For counts without boxes ``matches`` is None.
    """

    predicted: Values
    reference: Values
    matches: Values | None = None


def resampled_figures(sums: FieldSums, weights: Values) -> dict[str, Values]:
    """Figures by name in R resamples, R each, NaN where undefined; ``weights`` R x F.

    The names and definitions are those of ``DetectionRates`` and ``CountingError``.
    """
    figures = _counting(sums, weights)
    if sums.matches is not None:
        matches, predicted, reference = (weights @ part for part in (sums.matches, sums.predicted, sums.reference))
        figures["precision"] = _share(matches, predicted)
        figures["recall"] = _share(matches, reference)
        figures["f1"] = _share(2 * matches, predicted + reference)
        figures["accuracy"] = _share(matches, predicted + reference - matches)
    return figures


def _counting(sums: FieldSums, weights: Values) -> dict[str, Values]:
    difference = sums.predicted - sums.reference
    relative = np.abs(difference) / np.maximum(sums.reference, 1)
    has_cells = (sums.reference > 0).astype(float)
    fields, total = weights.sum(axis=1), weights @ sums.reference
    pooled = _share(weights @ difference, total)
    return {
        "total_count_accuracy": 1 - np.abs(pooled),
        "pooled_error": pooled,
        "relative_image_error": _share(weights @ np.abs(difference), total),
        "mean_relative_image_error": _share(weights @ (relative * has_cells), weights @ has_cells),
        "mean_absolute_error": _share(weights @ np.abs(difference), fields),
        "bias": _share(weights @ difference, fields),
    }


def _share(part: Values, whole: Values) -> Values:
    undefined = np.full(len(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=undefined, where=whole > 0))
