"""What a field's reference cells are answered with."""

import pytest

from model.evaluation.naming.named_cells import WeightsNameNothing, named_cells, tied_cells
from tests.unit.evaluation.naming.hand_made_cells import PLATELET, RED, WHITE, box_around, field, found, point

ONE_WHITE_CELL = field(points=(point(50, 50, WHITE, "basophil"),))
THERE = box_around(50, 50)


def test_a_sure_answer_is_the_likeliest() -> None:
    (cell,) = named_cells(ONE_WHITE_CELL, [found(WHITE, THERE, "monocyte", 0.8)])

    assert (cell.name, cell.answer, cell.likeliest, cell.probability) == ("basophil", "monocyte", "monocyte", 0.8)
    assert (cell.source, cell.original, cell.has_calibrated) == ("pbc-acevedo", "one", False)


def test_an_unsure_answer_keeps_what_is_likeliest() -> None:
    (white,) = named_cells(ONE_WHITE_CELL, [found(WHITE, THERE, "basophil", 0.4, is_sure=False)])
    one_red_cell = field(points=(point(50, 50, RED, "burr"),))
    (red,) = named_cells(one_red_cell, [found(RED, THERE, "burr", 0.4, is_sure=False)])

    assert (white.answer, white.likeliest) == ("unidentified", "basophil")
    assert (red.answer, red.likeliest) == ("unidentified", "burr")


def test_a_cell_that_is_not_counted_was_not_found() -> None:
    (cell,) = named_cells(ONE_WHITE_CELL, [found(WHITE, THERE, "basophil", is_counted=False)])

    assert (cell.answer, cell.likeliest, cell.probability) == ("not found", "not found", None)


def test_a_white_cell_found_as_a_platelet_was_found_and_is_misnamed() -> None:
    (cell,) = named_cells(ONE_WHITE_CELL, [found(PLATELET, THERE)], has_calibrated=True)

    assert (cell.answer, cell.likeliest, cell.probability, cell.has_calibrated) == ("platelet", "platelet", None, True)


def test_the_place_is_that_among_all_cells_of_the_result() -> None:
    cells = [found(RED, THERE, "normal"), found(WHITE, THERE, "basophil", is_counted=False)]
    ((_, place),) = tied_cells(ONE_WHITE_CELL, [*cells, found(WHITE, THERE, "basophil")])

    assert place == 2


def test_weights_that_name_nothing_are_told() -> None:
    with pytest.raises(WeightsNameNothing, match="bloodcount calibrate"):
        named_cells(ONE_WHITE_CELL, [found(WHITE, THERE)])
