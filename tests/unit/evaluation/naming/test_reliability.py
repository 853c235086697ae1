"""Calibration error and accuracy of the surest cells, on numbers worked out by hand."""

import numpy as np
import pytest

from model.evaluation.naming.reliability import accuracy_at_share, expected_calibration_error, reliability_bins


def test_the_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    probabilities = np.array([0.95, 0.97, 0.55, 0.57])  # two bins of two: means 0.96 and 0.56
    is_right = np.array([True, True, True, False])  # accuracies 1 and 0.5
    weights = np.array([[1.0, 1.0, 1.0, 1.0], [3.0, 3.0, 1.0, 1.0]])

    errors = expected_calibration_error(probabilities, is_right, weights)

    assert errors == pytest.approx([(0.04 + 0.06) / 2, (6 * 0.04 + 2 * 0.06) / 8])


def test_probabilities_that_are_right_as_often_as_they_say_have_no_error() -> None:
    probabilities, is_right = np.full(10, 0.7), np.arange(10) < 7

    assert expected_calibration_error(probabilities, is_right, np.ones((1, 10))) == pytest.approx([0.0])


def test_a_bin_holds_its_upper_limit_and_not_its_lower_one() -> None:
    probabilities = np.array([1 / 3, 1 / 3 + 1e-6, 1.0])  # bins 5, 6 and 15

    bins = reliability_bins(probabilities, np.array([True, False, True]))

    assert [(round(one["above"] * 15), one["cells"], one["accuracy"]) for one in bins] == [
        (4, 1, 1.0),
        (5, 1, 0.0),
        (14, 1, 1.0),
    ]


def test_errors_without_cells_are_undefined() -> None:
    nothing = np.zeros(0)

    assert np.isnan(expected_calibration_error(nothing, nothing > 0, np.ones((1, 0))))
    assert np.isnan(accuracy_at_share(nothing, nothing > 0, np.ones((1, 0)), 0.9))


def test_the_surest_nine_of_ten_are_judged() -> None:
    probabilities = np.linspace(0.95, 0.5, 10)
    is_right = np.array([True] * 8 + [False, False])

    assert accuracy_at_share(probabilities, is_right, np.ones((1, 10)), 0.9) == pytest.approx([8 / 9])
    assert accuracy_at_share(probabilities, is_right, np.ones((1, 10)), 0.8) == pytest.approx([1.0])


def test_of_equally_probable_cells_each_counts_in_part() -> None:
    probabilities = np.full(10, 1.0)
    is_right = np.array([False] + [True] * 9)

    assert accuracy_at_share(probabilities, is_right, np.ones((1, 10)), 0.9) == pytest.approx([0.9])
