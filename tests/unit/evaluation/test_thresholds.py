"""The working thresholds are those with which the tuning fields are found and counted best."""

import dataclasses

import pytest

from model.evaluation.counting_error import counting_error
from model.evaluation.thresholds import choose_thresholds
from tests.unit.evaluation.hand_made_fields import Prediction, counted_field, field, square


def test_each_class_gets_a_threshold_between_its_false_and_its_true_cells() -> None:
    references = [(index, square(10 * index + number)) for index in range(3) for number in range(5)]
    true_scores, false_scores = (0.6, 0.8, 0.45), (0.3, 0.55, 0.2)
    predictions: list[Prediction] = [(index, box, true_scores[index]) for index, box in references]
    predictions += [(index, square(50 + index), false_scores[index]) for index in range(3)]
    thresholds = choose_thresholds([field(references, predictions)])

    for index in range(3):
        assert false_scores[index] < thresholds[index] <= true_scores[index] + 1e-6


def test_among_equally_good_thresholds_the_one_that_counts_right_is_chosen() -> None:
    # F1 differs by less than 0.003 between counting a false cell at 0.3 too (191), all true ones (190), and missing the
    # last of them at 0.5 (189).
    references = [(0, square(number)) for number in range(190)]
    predictions: list[Prediction] = [(0, box, 0.6) for _, box in references[:189]]
    predictions += [(0, square(189), 0.5), (0, square(195), 0.3)]
    fields = [field(references, predictions)]
    threshold = choose_thresholds(fields)[0]

    assert threshold == pytest.approx(0.40)  # the middle of 0.31 to 0.50, which all count 190
    assert counting_error(fields, 0, threshold).predicted_cells == 190


def test_labels_that_leave_out_border_cells_do_not_decide_how_many_are_counted() -> None:
    # Both thresholds have nearly the same F1. The larger field's labels call two true cells false, the smaller one's
    # loses a cell where those two are hidden.
    cells = [(0, square(number)) for number in range(100)]
    complete = field(cells, [(0, box, 0.6) for _, box in cells[:99]] + [(0, square(99), 0.5)])
    more = [(0, square(number)) for number in range(400)]
    unlabelled = [(0, square(number), 0.5) for number in (400, 401)]
    incomplete = field(more, [(0, box, 0.6) for _, box in more] + unlabelled, is_border_complete=False)

    assert choose_thresholds([complete, incomplete])[0] <= 0.5
    assert choose_thresholds([complete, dataclasses.replace(incomplete, is_border_complete=True)])[0] > 0.5


def test_where_no_other_field_has_the_class_incomplete_labels_decide() -> None:
    threshold = choose_thresholds([counted_field(0, 0), counted_field(9, 9, score=0.4, is_border_complete=False)])[0]

    assert threshold == pytest.approx(0.25)


def test_the_tune_may_be_without_a_class() -> None:
    thresholds = choose_thresholds([counted_field(5, 5)])

    assert len(thresholds) == 3
    assert all(0.1 <= threshold <= 0.7 for threshold in thresholds)


def test_no_fields_are_an_error() -> None:
    with pytest.raises(ValueError, match="no fields"):
        choose_thresholds([])
