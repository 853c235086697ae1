"""Average precision, against values worked out by hand from COCO's definition."""

import pytest

from model.evaluation.average_precision import average_precision
from tests.unit.evaluation.hand_made_fields import counted_field, field, square


def test_perfect_predictions_have_an_average_precision_of_one() -> None:
    fields = [counted_field(5, 5), counted_field(3, 3, class_index=1), counted_field(7, 7, class_index=2)]
    found = average_precision(fields)

    assert set(found) == {"RBC", "WBC", "PLT", "mean"}
    for row in found.values():
        assert row == {"ap50": pytest.approx(1.0), "ap50_95": pytest.approx(1.0)}


def test_no_predictions_have_an_average_precision_of_zero() -> None:
    found = average_precision([counted_field(5, 0)])

    assert found["RBC"] == found["mean"] == {"ap50": 0.0, "ap50_95": 0.0}


def test_a_class_without_reference_cells_has_none_and_leaves_the_mean_alone() -> None:
    fields = [counted_field(5, 5), field([], [(2, square(9), 0.9)])]
    found = average_precision(fields)

    assert found["WBC"] == found["PLT"] == {"ap50": None, "ap50_95": None}
    assert found["mean"]["ap50"] == pytest.approx(1.0)


@pytest.mark.parametrize("predictions", [0, 3])
def test_fields_without_any_reference_cell_have_none_everywhere(predictions: int) -> None:
    found = average_precision([counted_field(0, predictions)])

    assert {row["ap50"] for row in found.values()} == {None}


def test_a_false_cell_between_two_true_ones_costs_what_coco_says() -> None:
    # Precision is 1 up to recall 0.5 (51 of COCO's 101 points) and 2/3 up to recall 1 (50 points).
    references = [(0, square(0)), (0, square(1))]
    found = average_precision([field(references, [(0, square(0), 0.9), (0, square(5), 0.8), (0, square(1), 0.7)])])

    assert found["RBC"]["ap50"] == pytest.approx((51 + 50 * 2 / 3) / 101, abs=1e-4)


def test_loose_boxes_count_only_up_to_their_overlap() -> None:
    # 10 x 10 within 10 x 12: overlap 0.83, enough for 7 of the 10 limits 0.50, 0.55 ... 0.95.
    found = average_precision([field([(0, (0, 0, 10, 12))], [(0, (0, 0, 10, 10), 0.9)])])

    assert found["RBC"] == {"ap50": pytest.approx(1.0), "ap50_95": pytest.approx(0.7)}


def test_more_than_a_hundred_cells_of_an_image_are_all_used() -> None:
    assert average_precision([counted_field(180, 180)])["RBC"]["ap50"] == pytest.approx(1.0)


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    average_precision([counted_field(2, 1)])

    assert capsys.readouterr().out == ""
