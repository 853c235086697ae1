"""Bootstrap intervals: how far a figure would move with other originals from the same laboratories."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 20190219
"""Any number will do; a fixed one gives the same intervals in every run."""

_LOW, _HIGH = 2.5, 97.5
_MIN_DEFINED = 0.95

Interval = tuple[float, float]


def draw_fields(originals: Sequence[str], resamples: int = RESAMPLES, seed: int = SEED) -> NDArray[np.float64]:
    """How often each of F fields is drawn in each of R resamples, R x F.

    Whole originals are drawn with replacement, as many as there are, since fields of one original are not
    independent (Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, section 8). No rows where
    there are fewer than two originals: they tell nothing about others.
    """
    names, place = np.unique(np.asarray(originals), return_inverse=True)
    if len(names) < 2:  # noqa: PLR2004 - a resample of one original is that original
        return np.empty((0, len(originals)))
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    return drawn[:, place].astype(float)


def interval(values: NDArray[np.float64]) -> Interval | None:
    """The 95 % percentile interval of a figure over the resamples.

    None where there is no resample, or the figure is undefined (NaN) in more than one resample of 20: the
    interval of the others would be too narrow.
    """
    defined = values[~np.isnan(values)]
    if not values.size or len(defined) < _MIN_DEFINED * len(values):
        return None
    low, high = np.percentile(defined, [_LOW, _HIGH])
    return float(low), float(high)
