"""From logits of calibration cells to a temperature and a working confidence."""

import numpy as np
from numpy.typing import NDArray

WANTED_ACCURACY = 0.993
LEAST_NAMED = 0.90
LOWEST_CONFIDENCE = 0.5
"""A name that is as likely wrong as right is never given."""

NAMES_NOTHING = 1.0
"""The confidence of a kind of cell whose names cannot be believed at all."""

_LEAST_JUDGED = 20
"""Named cells that an accuracy is told from."""

_LOWEST_INVERSE, _HIGHEST_INVERSE = 0.1, 10.0
_HALVINGS = 60

Values = NDArray[np.float64]


class NothingToCalibrateOn(ValueError):
    """There is no cell to fit a temperature or a confidence to."""


def probabilities_of(logits: Values, temperature: float) -> Values:
    """N x K probabilities from logits N x K: the softmax of logits over temperature."""
    shifted = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def negative_log_likelihood(logits: Values, labels: NDArray[np.int64], temperature: float) -> float:
    """Mean over N cells of -log of the probability of the right name (``labels`` N)."""
    shifted = (logits - logits.max(axis=1, keepdims=True)) / temperature
    right = shifted[np.arange(len(labels)), labels]
    return float((np.log(np.exp(shifted).sum(axis=1)) - right).mean())


def fit_temperature(logits: Values, labels: NDArray[np.int64]) -> float:
    """The temperature (0.1..10) under which the right names of N cells are likeliest.

    Temperature scaling (Guo et al. 2017, arXiv 1706.04599, section 4.2). The negative log-likelihood is convex in
    1 / temperature, so halving finds where its slope is 0. Where every cell is named right, sharper is always
    likelier and no temperature best: then 1.

    Raises:
        NothingToCalibrateOn: There is no cell.
    """
    if not len(labels):
        raise NothingToCalibrateOn("there is no calibration cell of this kind; take more fields")
    if (logits.argmax(axis=1) == labels).all():
        return 1.0
    low, high = _LOWEST_INVERSE, _HIGHEST_INVERSE
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(logits, labels, middle) < 0 else (low, middle)
    return 1 / high


def choose_confidence(
    probabilities: Values,
    is_right: NDArray[np.bool_],
    *,
    accepted_accuracy: float,
    least_named: float = LEAST_NAMED,
    wanted_accuracy: float = WANTED_ACCURACY,
) -> float:
    """The lowest confidence from which on the cells named are accurate enough.

    ``probabilities`` N of the likeliest names, and whether those are right. Confidences lie midway between two
    neighbouring probabilities, from 0.5 on. The lowest that reaches ``wanted_accuracy`` is taken if it names
    ``least_named`` of the cells; else accuracy goes first: the lowest that reaches ``accepted_accuracy`` on at least
    twenty cells named, however few that is of all; and where none does, ``NAMES_NOTHING``.

    Raises:
        NothingToCalibrateOn: There is no cell.
    """
    if not len(probabilities):
        raise NothingToCalibrateOn("there is no calibration cell of this kind; take more fields")
    levels = np.unique(probabilities)
    middles = (levels[:-1] + levels[1:]) / 2
    candidates: list[float] = [LOWEST_CONFIDENCE, *middles[middles > LOWEST_CONFIDENCE].tolist()]
    accepted = NAMES_NOTHING
    for confidence in candidates:
        is_named = probabilities >= confidence
        if not is_named.any():
            break
        accuracy = float(is_right[is_named].mean())
        if accuracy >= wanted_accuracy and float(is_named.mean()) >= least_named:
            return confidence
        if accepted == NAMES_NOTHING and accuracy >= accepted_accuracy and int(is_named.sum()) >= _LEAST_JUDGED:
            accepted = confidence
    return accepted


def _slope(logits: Values, labels: NDArray[np.int64], inverse: float) -> float:
    """Of the negative log-likelihood over 1 / temperature: mean logit expected less mean logit of the right name."""
    expected = (probabilities_of(logits, 1 / inverse) * logits).sum(axis=1)
    return float((expected - logits[np.arange(len(labels)), labels]).mean())
