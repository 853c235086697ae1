"""The own average precision, against faster-coco-eval and examples worked out by hand, plain and resampled."""

import numpy as np
import pytest

from model.evaluation.average_precision import average_precision
from model.evaluation.border import away_from_border
from model.evaluation.predictions import FieldPrediction
from model.evaluation.ranking import COCO_IOUS, rank_class
from tests.unit.evaluation.hand_made_fields import Prediction, Reference, counted_field, field, square

RED_CELL, PLATELET = 0, 2


def noisy_fields(number: int) -> list[FieldPrediction]:
    """Fields whose predictions are shifted, doubled, missing and invented at random."""
    random = np.random.default_rng(3)
    fields = []
    for _ in range(number):
        references: list[Reference] = [
            (int(random.integers(3)), (x, 10.0, x + 10, 20.0)) for x in (random.permutation(60)[:20] * 12.0).tolist()
        ]
        predictions: list[Prediction] = []
        for index, (x1, y1, x2, y2) in references:
            for _copy in range(int(random.integers(3))):
                moved = random.normal(0, 1.5, 4)
                box = (x1 + moved[0], y1 + moved[1], x2 + moved[2], y2 + moved[3])
                predictions.append((index, box, float(random.uniform(0.02, 1))))
        predictions += [(int(random.integers(3)), square(int(random.integers(99))), float(random.uniform(0.02, 0.6)))]
        fields.append(field(references, predictions))
    return fields


def test_it_agrees_with_faster_coco_eval() -> None:
    fields = noisy_fields(25)
    expected = average_precision(fields)

    for index, code in enumerate(("RBC", "WBC", "PLT")):
        found = rank_class(fields, index).average_precision(np.ones((1, len(fields))))[0]
        assert 0.2 < found[0] < 0.9
        assert found[0] == pytest.approx(expected[code]["ap50"], abs=1e-3)
        assert found.mean() == pytest.approx(expected[code]["ap50_95"], abs=1e-3)


def test_a_field_drawn_twice_is_as_two_fields() -> None:
    fields = noisy_fields(6)
    weights = np.array([[2.0, 0, 1, 0, 3, 1]])
    drawn = [fields[index] for index in (0, 0, 2, 4, 4, 4, 5)]
    expected = average_precision(drawn)["RBC"]
    found = rank_class(fields, RED_CELL).average_precision(weights)[0]

    assert found[0] == pytest.approx(expected["ap50"], abs=1e-3)
    assert found.mean() == pytest.approx(expected["ap50_95"], abs=1e-3)


def test_a_resample_without_a_reference_cell_is_undefined() -> None:
    ranked = rank_class([counted_field(2, 2), counted_field(0, 1)], RED_CELL)
    found = ranked.average_precision(np.array([[0.0, 2.0], [1.0, 1.0]]))

    assert found.shape == (2, len(COCO_IOUS))
    assert np.isnan(found[0]).all()
    assert found[1] == pytest.approx(1.0)


def test_no_predictions_are_worth_nothing() -> None:
    assert rank_class([counted_field(2, 0)], RED_CELL).average_precision(np.ones((1, 1)))[0].tolist() == [0.0] * 10


def test_false_cells_at_the_border_do_not_lower_it_where_they_are_not_judged() -> None:
    cells: list[Reference] = [(RED_CELL, (20.0, 40.0, 30.0, 50.0))]
    fields = [field(cells, [(RED_CELL, (0.0, 40.0, 10.0, 50.0), 0.9), (RED_CELL, (20.0, 40.0, 30.0, 50.0), 0.8)])]
    once = np.ones((1, 1))

    assert rank_class(fields, RED_CELL).average_precision(once)[0, 0] == pytest.approx(0.5)
    assert rank_class(fields, RED_CELL, (0.5,), away_from_border).average_precision(once)[0, 0] == pytest.approx(1.0)


def test_matches_and_predictions_are_told_by_field() -> None:
    ranked = rank_class([counted_field(3, 2), counted_field(0, 0), counted_field(1, 4)], RED_CELL)
    matches, predicted = ranked.at(0.5)

    assert matches.tolist() == [2, 0, 1]
    assert predicted.tolist() == [2, 0, 4]
    assert ranked.reference_cells.tolist() == [3, 0, 1]
    assert [part.tolist() for part in ranked.at(0.95)] == [[0, 0, 0], [0, 0, 0]]


def test_no_fields_are_an_error() -> None:
    with pytest.raises(ValueError, match="no fields"):
        rank_class([], PLATELET)
