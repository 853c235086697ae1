"""Whether probabilities mean what they say, and what accuracy they buy.

``probabilities`` N are those of the likeliest name, ``is_right`` N whether it is the reference's; ``weights`` R x N as
in ``resampled_rates``. The figures are R each, NaN where undefined.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation.naming.resampled_rates import Values, share

BINS = 15


def expected_calibration_error(probabilities: Values, is_right: NDArray[np.bool_], weights: Values) -> Values:
    """The mean distance between probability and accuracy over 15 bins of equal width, weighted by their cells.

    Guo et al. 2017, *On Calibration of Modern Neural Networks* (arXiv 1706.04599), equation 3. Bin m holds the
    probabilities above (m - 1) / 15 up to m / 15.
    """
    bins = _in_bin(probabilities)
    gaps = (weights * (is_right - probabilities)) @ bins
    return share(np.abs(gaps).sum(axis=1), weights.sum(axis=1))


def accuracy_at_share(
    probabilities: Values, is_right: NDArray[np.bool_], weights: Values, named_share: float
) -> Values:
    """Accuracy when exactly this share of the cells is named, the most probable first.

    Of cells that share the last probability taken, all count in part: which of them are named is chance.
    """
    levels, place = np.unique(-probabilities, return_inverse=True)
    at_level = (place[:, None] == np.arange(len(levels))).astype(float)
    cells, right = weights @ at_level, (weights * is_right) @ at_level
    wanted = named_share * weights.sum(axis=1)
    before = np.cumsum(cells, axis=1) - cells
    taken = np.clip(wanted[:, None] - before, 0.0, cells)
    accuracy = np.divide(right, cells, out=np.zeros_like(right), where=cells > 0)
    return share((taken * accuracy).sum(axis=1), wanted)


def reliability_bins(probabilities: Values, is_right: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """The bins that hold cells: their limits, number of cells, mean probability and accuracy."""
    held = _in_bin(probabilities) > 0
    return [
        {
            "above": index / BINS,
            "to": (index + 1) / BINS,
            "cells": int(column.sum()),
            "mean_probability": float(probabilities[column].mean()),
            "accuracy": float(is_right[column].mean()),
        }
        for index, column in enumerate(held.T)
        if column.any()
    ]


def _in_bin(probabilities: Values) -> Values:
    """N x BINS, 1 where the probability lies in the bin."""
    index = np.clip(np.ceil(probabilities * BINS).astype(int) - 1, 0, BINS - 1)
    return np.asarray(index[:, None] == np.arange(BINS), dtype=float)
