"""How well counts agree, against examples worked out by hand."""

import math

import pytest

from model.evaluation.counting_error import count_agreement, counting_error
from tests.unit.evaluation.hand_made_fields import counted_field


def test_errors_of_opposite_sign_cancel_in_the_total_and_not_in_the_images() -> None:
    # Reference 10 and 20, predicted 12 and 15: together 30 and 27.
    error = counting_error([counted_field(10, 12), counted_field(20, 15)], 0, 0.3)

    assert (error.reference_cells, error.predicted_cells) == (30, 27)
    assert error.total_count_accuracy == pytest.approx(1 - 3 / 30)
    assert error.pooled_error == pytest.approx(-3 / 30)
    assert error.relative_image_error == pytest.approx((2 + 5) / 30)
    assert error.mean_relative_image_error == pytest.approx((2 / 10 + 5 / 20) / 2)
    assert error.mean_absolute_error == pytest.approx(3.5)
    assert error.bias == pytest.approx(-1.5)
    # Differences +2 and -5: their standard deviation (n - 1) is 7 / sqrt(2).
    spread = 1.96 * 7 / math.sqrt(2)
    assert error.limits_of_agreement == pytest.approx((-1.5 - spread, -1.5 + spread))


def test_counting_too_many_costs_as_much_as_counting_too_few() -> None:
    many, few = (counting_error([counted_field(10, found)], 0, 0.3) for found in (13, 7))

    assert many.total_count_accuracy == few.total_count_accuracy == pytest.approx(0.7)
    assert many.pooled_error == pytest.approx(0.3)
    assert few.pooled_error == pytest.approx(-0.3)


def test_only_cells_from_the_threshold_on_are_counted() -> None:
    fields = [counted_field(5, 5, score=0.5)]

    assert counting_error(fields, 0, 0.5).predicted_cells == 5
    assert counting_error(fields, 0, 0.51).predicted_cells == 0


def test_other_classes_are_not_counted() -> None:
    error = counting_error([counted_field(4, 3, class_index=2)], 0, 0.3)

    assert (error.reference_cells, error.predicted_cells) == (0, 0)


def test_shares_of_no_reference_cells_are_undefined() -> None:
    error = counting_error([counted_field(0, 2), counted_field(0, 0)], 0, 0.3)

    assert error.total_count_accuracy is None
    assert error.pooled_error is None
    assert error.relative_image_error is None
    assert error.mean_relative_image_error is None
    assert error.mean_absolute_error == 1.0


def test_one_image_has_no_limits_of_agreement() -> None:
    assert counting_error([counted_field(5, 4)], 0, 0.3).limits_of_agreement is None


def test_no_images_at_all_are_an_error() -> None:
    with pytest.raises(ValueError, match="no fields"):
        counting_error([], 0, 0.3)


def test_images_without_cells_have_no_relative_error_and_leave_the_mean_alone() -> None:
    error = counting_error([counted_field(0, 3), counted_field(10, 11)], 0, 0.3)

    assert error.mean_relative_image_error == pytest.approx(0.1)
    assert error.relative_image_error == pytest.approx(4 / 10)


def test_counts_may_be_fractions_of_cells() -> None:
    error = count_agreement([9.5, 20.25], [10, 20])

    assert (error.reference_cells, error.predicted_cells) == (30, 30)
    assert error.pooled_error == pytest.approx(-0.25 / 30)
    assert error.bias == pytest.approx(-0.125)
