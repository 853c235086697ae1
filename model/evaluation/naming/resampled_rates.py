"""Figures of naming in every resample of the cells.

Everywhere ``weights`` is R x N: how often each of N cells counts in each of R resamples. The figures are R each,
NaN where undefined.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Names = NDArray[np.str_]


class ClassRates(NamedTuple):
    """Precision, recall and F1 of one name, R each."""

    precision: Values
    recall: Values
    f1: Values


def share(part: Values, whole: Values) -> Values:
    """Part over whole, NaN where the whole is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def share_right(is_right: NDArray[np.bool_], weights: Values) -> Values:
    """How many of the cells are right."""
    return share(weights @ is_right.astype(float), weights.sum(axis=1))


def class_rates(names: Names, answers: Names, label: str, weights: Values) -> ClassRates:
    """How one name is given; reference ``names`` N, ``answers`` N."""
    is_label, is_answer = names == label, answers == label
    right = weights @ (is_label & is_answer).astype(float)
    reference, answered = weights @ is_label.astype(float), weights @ is_answer.astype(float)
    return ClassRates(
        share(right, answered),
        share(right, reference),
        np.where(reference > 0, share(2 * right, reference + answered), np.nan),
    )


def macro_f1(rates: Mapping[str, ClassRates], resamples: int) -> Values:
    """The mean F1 over the names that have reference cells; in a resample, over those drawn."""
    f1 = np.stack([one.f1 for one in rates.values()]) if rates else np.empty((0, resamples))
    return share(np.nansum(f1, axis=0), (~np.isnan(f1)).sum(axis=0).astype(float))
