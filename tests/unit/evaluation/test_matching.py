"""Matching predictions to reference cells, against examples worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.boxes import compute_iou
from model.evaluation.border import away_from_border
from model.evaluation.matching import DetectionRates, match_field
from model.evaluation.ranking import rank_class
from model.types import Size
from tests.unit.evaluation.hand_made_fields import Box, Prediction, Reference, field, square


def iou(one: Box, other: Box) -> float:
    return float(compute_iou(np.array([one], np.float32), np.array([other], np.float32))[0, 0])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        ((0, 0, 10, 10), (5, 0, 15, 10), 50 / 150),
        ((0, 0, 10, 10), (0, 0, 20, 20), 100 / 400),
        ((0, 0, 10, 10), (10, 0, 20, 10), 0.0),
        ((0, 0, 10, 10), (30, 30, 40, 40), 0.0),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0.0),
    ],
)
def test_overlap_is_the_shared_area_over_the_joint_area(one: Box, other: Box, expected: float) -> None:
    assert iou(one, other) == pytest.approx(expected)


def test_overlaps_come_as_a_table_of_each_with_each() -> None:
    boxes = np.zeros((3, 4), np.float32)

    assert compute_iou(boxes, boxes[:2]).shape == (3, 2)
    assert compute_iou(boxes[:0], boxes).shape == (0, 3)
    assert compute_iou(boxes, boxes[:0]).shape == (3, 0)


def rates(references: list[Reference], predictions: list[Prediction], threshold: float = 0.3) -> DetectionRates:
    return rank_class([field(references, predictions)], 0, (0.5,)).rates_at(threshold)


def test_found_missed_and_invented_cells_give_precision_recall_and_f1() -> None:
    # Four reference cells: three found, one missed; two predictions meet nothing.
    references = [(0, square(number)) for number in range(4)]
    predictions = [(0, square(number), 0.9) for number in (0, 1, 2, 7, 8)]

    assert rates(references, predictions) == DetectionRates(
        precision=3 / 5, recall=3 / 4, f1=2 * 3 / 9, accuracy=3 / (3 + 2 + 1)
    )


def test_a_second_box_on_one_cell_is_a_false_one() -> None:
    assert rates([(0, square(0))], [(0, square(0), 0.9), (0, square(0), 0.8)]).precision == 0.5


def test_the_better_score_is_matched_first() -> None:
    # Both reach 0.5 only with the first cell; the stronger one gets it.
    near, exact = (2.0, 0.0, 12.0, 10.0), square(0)
    matched = match_field(field([(0, square(0))], [(0, exact, 0.5), (0, near, 0.9)]), 0)

    assert matched.scores.tolist() == pytest.approx([0.9, 0.5])
    assert matched.is_match[0].tolist() == [True, False]


def test_a_prediction_whose_best_cell_is_taken_may_meet_another_it_overlaps_enough() -> None:
    left, right = (0.0, 0.0, 10.0, 10.0), (2.0, 0.0, 12.0, 10.0)
    between = (1.0, 0.0, 11.0, 10.0)
    matched = match_field(field([(0, left), (0, right)], [(0, left, 0.9), (0, between, 0.8)]), 0)

    assert matched.is_match[0].tolist() == [True, True]


@pytest.mark.parametrize(("shift", "is_match"), [(3.0, True), (4.0, False)])
def test_half_an_overlap_is_needed(shift: float, is_match: bool) -> None:
    # A 10 px square shifted by 3 px overlaps by 70/130 = 0.54, by 4 px by 60/140 = 0.43.
    moved = (shift, 0.0, shift + 10, 10.0)

    assert match_field(field([(0, square(0))], [(0, moved, 0.9)]), 0).is_match[0].tolist() == [is_match]


def test_an_overlap_of_exactly_half_is_enough() -> None:
    assert match_field(field([(0, (0, 0, 20, 10))], [(0, (0, 0, 10, 10), 0.9)]), 0).is_match[0].tolist() == [True]


def test_another_class_on_the_place_is_no_match() -> None:
    assert rates([(0, square(0))], [(1, square(0), 0.9)]) == DetectionRates(None, 0.0, f1=0.0, accuracy=0.0)


def test_cells_of_different_images_are_never_matched() -> None:
    fields = [field([(0, square(0))], []), field([], [(0, square(0), 0.9)])]

    assert rank_class(fields, 0, (0.5,)).rates_at(0.3) == DetectionRates(0.0, 0.0, f1=0.0, accuracy=0.0)


def test_predictions_under_the_threshold_are_left_out() -> None:
    references, predictions = [(0, square(0)), (0, square(1))], [(0, square(0), 0.9), (0, square(1), 0.4)]

    assert rates(references, predictions, threshold=0.4).recall == 1.0
    assert rates(references, predictions, threshold=0.41).recall == 0.5


def test_what_is_undefined_is_none_and_not_zero() -> None:
    assert rates([], []) == DetectionRates(None, None, f1=None, accuracy=None)
    assert rates([(0, square(0))], []) == DetectionRates(None, 0.0, f1=0.0, accuracy=0.0)
    assert rates([], [(0, square(0), 0.9)]) == DetectionRates(0.0, None, f1=0.0, accuracy=0.0)


CELLS = st.lists(st.tuples(st.just(0), st.integers(0, 8).map(square), st.sampled_from([0.25, 0.5, 0.75])), max_size=12)


@given(CELLS, CELLS)
def test_no_reference_cell_is_met_twice(references: list[Prediction], predictions: list[Prediction]) -> None:
    truth = [(index, box) for index, box, _ in references]
    matched = match_field(field(truth, predictions), 0)

    assert matched.reference_cells == len(references)
    assert len(matched.scores) == len(predictions)
    assert int(matched.is_match[0].sum()) <= min(len(references), len(predictions))
    assert bool((np.diff(matched.scores) <= 0).all())


def border_reading(references: list[Reference], predictions: list[Prediction]) -> tuple[list[bool], list[bool], int]:
    """Matches, what is judged, and judged reference cells where border cells are not judged."""
    match = match_field(field(references, predictions), 0, reading=away_from_border)
    return match.is_match[0].tolist(), match.is_judged[0].tolist(), match.reference_cells


AT_BORDER, INSIDE = (0.0, 40.0, 10.0, 50.0), (100.0, 40.0, 110.0, 50.0)


def test_boxes_within_two_pixels_of_any_side_touch_the_border() -> None:
    boxes = [(2, 9, 9, 19), (9, 2, 19, 9), (80, 9, 98, 19), (9, 70, 19, 98), (3, 3, 97, 97)]
    judged = away_from_border(np.array(boxes, np.float32), Size(100, 100))

    assert judged.tolist() == [False, False, False, False, True]
    assert away_from_border(np.zeros((0, 4), np.float32), Size(100, 100)).shape == (0,)


def test_a_border_cell_counts_neither_way_whether_found_missed_or_invented() -> None:
    inside: Reference = (0, INSIDE)

    assert border_reading([inside], [(0, INSIDE, 0.9)]) == ([True], [True], 1)
    assert border_reading([inside, (0, AT_BORDER)], [(0, INSIDE, 0.9)]) == ([True], [True], 1)
    assert border_reading([inside, (0, AT_BORDER)], [(0, AT_BORDER, 0.9)]) == ([False], [False], 1)
    assert border_reading([inside], [(0, AT_BORDER, 0.9)]) == ([False], [False], 1)


def test_a_false_cell_inside_is_judged_as_ever() -> None:
    assert border_reading([(0, AT_BORDER)], [(0, INSIDE, 0.9)]) == ([False], [True], 0)


def test_a_box_that_reaches_the_border_but_meets_a_judged_cell_is_right() -> None:
    reference = (3.0, 40.0, 13.0, 50.0)

    assert border_reading([(0, reference)], [(0, (0.0, 40.0, 13.0, 50.0), 0.9)]) == ([True], [True], 1)


def test_a_judged_cell_goes_before_a_better_overlap_that_is_not_judged() -> None:
    cut, whole = (0.0, 40.0, 20.0, 60.0), (4.0, 40.0, 24.0, 60.0)
    match = match_field(field([(0, cut), (0, whole)], [(0, (1.0, 40.0, 21.0, 60.0), 0.9)]), 0, reading=away_from_border)

    assert match.is_match.tolist() == [[True]]
    assert match.reference_indices.tolist() == [[1]]


def test_places_are_those_of_the_field_s_own_lists() -> None:
    references: list[Reference] = [(1, square(3)), (0, square(0)), (0, square(1))]
    predictions: list[Prediction] = [(0, square(9), 0.5), (1, square(3), 0.9), (0, square(1), 0.7)]
    match = match_field(field(references, predictions), 0, (0.5, 0.9))

    assert match.prediction_indices.tolist() == [2, 0]
    assert match.reference_indices.tolist() == [[2, -1], [2, -1]]
