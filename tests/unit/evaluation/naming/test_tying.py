"""Which found cell a reference cell is."""

import pytest

from model.classes import CellClass
from model.evaluation.naming.references import ReferenceCell
from model.evaluation.naming.tying import tie_cells
from model.types import BoxXyxy
from tests.unit.evaluation.naming.hand_made_cells import PLATELET, RED, WHITE, box_around


def at(x_px: float, cell_class: CellClass = RED) -> ReferenceCell:
    return ReferenceCell(cell_class, "name", x_px, 50.0)


def boxed(box: BoxXyxy, cell_class: CellClass = WHITE) -> ReferenceCell:
    return ReferenceCell(cell_class, "name", (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box)


def tie(references: list[ReferenceCell], *found: tuple[CellClass, BoxXyxy]) -> list[int | None]:
    return tie_cells(references, [box for _, box in found], [cell_class for cell_class, _ in found])


def test_a_point_belongs_to_the_cell_whose_box_holds_it() -> None:
    assert tie([at(50), at(150)], (RED, box_around(145, 50)), (RED, box_around(52, 50))) == [1, 0]


def test_a_point_outside_every_box_was_not_found() -> None:
    assert tie([at(50)], (RED, box_around(61, 50))) == [None]
    assert tie([at(50)]) == [None]


def test_the_nearest_centre_comes_first_and_each_cell_serves_once() -> None:
    # Both points lie in both boxes; the pair nearest to each other goes first, and leaves the rest to the rest.
    assert tie([at(50), at(54)], (RED, box_around(53, 50)), (RED, box_around(46, 50))) == [1, 0]
    assert tie([at(50), at(54)], (RED, box_around(53, 50))) == [None, 0]


@pytest.mark.parametrize(
    ("reference", "of_found", "is_tied"),
    [
        (RED, RED, True),
        (RED, WHITE, False),
        (RED, PLATELET, False),
        (WHITE, RED, False),
        (WHITE, PLATELET, True),
        (PLATELET, WHITE, True),
        (PLATELET, RED, False),
    ],
)
def test_only_a_class_that_can_hold_the_name_is_tied(reference: CellClass, of_found: CellClass, is_tied: bool) -> None:
    assert tie([at(50, reference)], (of_found, box_around(50, 50))) == [0 if is_tied else None]


def test_its_own_class_comes_first_however_far() -> None:
    assert tie([at(50, WHITE)], (PLATELET, box_around(50, 50)), (WHITE, box_around(65, 50, 60.0))) == [1]


def test_a_box_belongs_to_the_one_that_overlaps_it_by_half() -> None:
    reference = (0.0, 0.0, 100.0, 100.0)
    half, less = (0.0, 0.0, 100.0, 51.0), (0.0, 0.0, 100.0, 49.0)

    assert tie([boxed(reference)], (WHITE, less)) == [None]
    assert tie([boxed(reference)], (WHITE, half)) == [0]
    assert tie([boxed(reference)], (WHITE, half), (WHITE, (0.0, 0.0, 100.0, 90.0))) == [1]
