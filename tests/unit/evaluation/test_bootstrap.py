"""Intervals: whole originals are drawn, the same in every run, and undefined ones are not told."""

import numpy as np
import pytest

from model.evaluation.bootstrap import draw_fields, interval
from model.evaluation.counting_error import count_agreement
from model.evaluation.matching import DetectionRates
from model.evaluation.resampled_figures import FieldSums, resampled_figures


def test_fields_of_one_original_are_drawn_together() -> None:
    drawn = draw_fields(["a", "b", "a", "c"], resamples=200)

    assert drawn.shape == (200, 4)
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert (drawn[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert len(np.unique(drawn[:, 0])) > 1


def test_the_same_seed_draws_the_same() -> None:
    names = [str(number) for number in range(9)]

    assert (draw_fields(names, 20) == draw_fields(names, 20)).all()
    assert (draw_fields(names, 20) != draw_fields(names, 20, seed=1)).any()


def test_one_original_alone_has_no_interval() -> None:
    drawn = draw_fields(["a", "a"])

    assert drawn.shape == (0, 2)
    assert interval(drawn[:, 0]) is None


def test_the_interval_holds_the_middle_95_percent() -> None:
    assert interval(np.arange(1001.0)) == pytest.approx((25.0, 975.0))


@pytest.mark.parametrize(("undefined", "is_told"), [(50, True), (51, False)])
def test_a_figure_undefined_in_more_than_one_resample_of_twenty_has_no_interval(
    undefined: int, *, is_told: bool
) -> None:
    values = np.where(np.arange(1000) < undefined, np.nan, 0.5)

    assert interval(values) == ((0.5, 0.5) if is_told else None)


def test_the_interval_of_a_mean_is_that_of_the_standard_error() -> None:
    # 400 fields of 0 or 2 extra cells: the bias is 1, its standard error 1 / 20.
    predicted = np.tile([10.0, 12.0], 200)
    weights = draw_fields([str(number) for number in range(400)], 2000)
    bias = resampled_figures(FieldSums(predicted, np.full(400, 10.0)), weights)["bias"]

    assert interval(bias) == pytest.approx((1 - 1.96 / 20, 1 + 1.96 / 20), abs=0.01)


def test_the_set_itself_has_the_figures_that_are_published() -> None:
    predicted, reference, matches = np.array([12, 15, 0, 4]), np.array([10, 20, 0, 5]), np.array([9, 14, 0, 3])
    figures = resampled_figures(FieldSums(predicted * 1.0, reference * 1.0, matches * 1.0), np.ones((1, 4)))
    error = count_agreement(predicted, reference)
    rates = DetectionRates.of(int(matches.sum()), int(predicted.sum()), int(reference.sum()))

    for name, values in figures.items():
        expected = getattr(rates if name in DetectionRates.__slots__ else error, name)
        assert values[0] == pytest.approx(expected), name


def test_shares_of_no_reference_cells_are_undefined() -> None:
    figures = resampled_figures(FieldSums(np.array([1.0]), np.array([0.0]), np.array([0.0])), np.ones((1, 1)))
    undefined = {name for name, values in figures.items() if np.isnan(values[0])}

    assert undefined == {
        "total_count_accuracy",
        "pooled_error",
        "relative_image_error",
        "mean_relative_image_error",
        "recall",
    }
