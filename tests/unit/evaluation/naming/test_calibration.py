"""Temperatures and confidences that are known beforehand."""

import numpy as np
import pytest

from model.evaluation.naming.calibration import (
    NAMES_NOTHING,
    NothingToCalibrateOn,
    choose_confidence,
    fit_temperature,
    negative_log_likelihood,
    probabilities_of,
)

NO_LOGITS, NO_LABELS = np.zeros((0, 3)), np.zeros(0, np.int64)


def drawn_names(temperature: float, cells: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and names drawn with the probabilities that the logits have at a temperature."""
    random = np.random.default_rng(4)
    logits = random.normal(0, 4, (cells, 3))
    cumulated = probabilities_of(logits, temperature).cumsum(axis=1)
    return logits, (random.random((cells, 1)) > cumulated).sum(axis=1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_the_names_were_drawn_at_is_found(temperature: float) -> None:
    logits, labels = drawn_names(temperature)

    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)


def test_no_other_temperature_is_likelier() -> None:
    logits, labels = drawn_names(1.7, cells=300)
    fitted = fit_temperature(logits, labels)
    best = negative_log_likelihood(logits, labels, fitted)

    assert best < negative_log_likelihood(logits, labels, fitted * 1.05)
    assert best < negative_log_likelihood(logits, labels, fitted / 1.05)


def test_the_likelihood_is_that_of_the_softmax() -> None:
    logits, labels = np.array([[np.log(3.0), 0.0], [0.0, 0.0]]), np.array([0, 1])

    assert negative_log_likelihood(logits, labels, 1.0) == pytest.approx(-(np.log(0.75) + np.log(0.5)) / 2)


def test_cells_that_are_all_right_tell_no_temperature() -> None:
    assert fit_temperature(np.eye(3) * 9, np.arange(3)) == 1.0


def test_the_lowest_confidence_that_is_accurate_enough_is_taken() -> None:
    probabilities = np.linspace(0.505, 0.995, 50)
    is_right = np.ones(50, dtype=bool)
    is_right[2] = False

    confidence = choose_confidence(probabilities, is_right, accepted_accuracy=0.9, wanted_accuracy=1.0)

    assert probabilities[2] < confidence < probabilities[3]


def test_a_name_as_likely_wrong_as_right_is_never_given() -> None:
    all_right = np.ones(40, dtype=bool)

    assert choose_confidence(np.array([0.3, 0.9] * 20), all_right, accepted_accuracy=1.0) == 0.5
    assert choose_confidence(np.full(40, 0.3), all_right, accepted_accuracy=0.9) == NAMES_NOTHING


def test_where_both_cannot_be_had_accuracy_goes_before_the_number_named() -> None:
    probabilities = np.linspace(0.51, 0.99, 100)
    is_right = np.ones(100, dtype=bool)
    is_right[:60:2] = False  # from the sixtieth on all are right

    confidence = choose_confidence(probabilities, is_right, accepted_accuracy=0.97, wanted_accuracy=0.99)
    named = probabilities >= confidence
    assert 0.97 <= is_right[named].mean() < 0.99
    assert named.sum() == 43  # of which the second is wrong

    assert choose_confidence(probabilities, is_right, accepted_accuracy=0.5) == 0.5


def test_names_that_are_hardly_ever_right_are_not_given_at_all() -> None:
    probabilities = np.linspace(0.51, 0.99, 100)
    is_right = np.arange(100) >= 85  # fifteen cells all right are too few to believe

    assert choose_confidence(probabilities, is_right, accepted_accuracy=0.97) == NAMES_NOTHING


def test_nothing_is_calibrated_on_nothing() -> None:
    with pytest.raises(NothingToCalibrateOn):
        fit_temperature(NO_LOGITS, NO_LABELS)
    with pytest.raises(NothingToCalibrateOn):
        choose_confidence(np.zeros(0), np.zeros(0, dtype=bool), accepted_accuracy=0.9)
