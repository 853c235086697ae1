"""The working thresholds are those with which the tuning fields are found and counted best."""

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

    assert 0.3 < threshold <= 0.5
    assert counting_error(fields, 0, threshold).predicted_cells == 190


def test_the_tune_may_be_without_a_class() -> None:
    thresholds = choose_thresholds([counted_field(5, 5)])

    assert len(thresholds) == 3
    assert all(0.1 <= threshold <= 0.7 for threshold in thresholds)


def test_no_fields_are_an_error() -> None:
    with pytest.raises(ValueError, match="no fields"):
        choose_thresholds([])
