"""Which counted cells are those that a laboratory confirmed, and how far both agree on each class."""

from typing import Any

import pytest

from app.schemas.golden_checks import ClassAgreement
from app.services.figures.agreement import compute_specific_agreement
from app.services.quality.golden_agreement import compute_class_agreement, pooled_agreement
from model.classes import CellClass
from model.types import BoxXyxy, DetectedCell

RED, WHITE, PLATELET = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET


def confirmed(cell_class: CellClass, box: BoxXyxy, subtype: str | None = None) -> dict[str, Any]:
    return {"class": cell_class.value, "subtype": subtype, "box": list(box)}


def counted(cell_class: CellClass, box: BoxXyxy, subtype: str | None = None) -> DetectedCell:
    return DetectedCell(cell_class, box, 0.9, is_counted=True, subtype=subtype)


def row(rows: tuple[ClassAgreement, ...], cell_class: CellClass) -> ClassAgreement:
    return next(one for one in rows if one.cell_class is cell_class)


def test_cells_are_one_where_their_boxes_cover_each_other_by_half() -> None:
    rows = compute_class_agreement(
        [confirmed(RED, (0, 0, 10, 10)), confirmed(RED, (20, 0, 30, 10)), confirmed(PLATELET, (50, 50, 55, 55))],
        [counted(RED, (0, 0, 10, 8)), counted(RED, (26, 0, 36, 10)), counted(RED, (60, 0, 70, 10))],
    )

    red, platelet = row(rows, RED), row(rows, PLATELET)
    assert (red.confirmed, red.counted, red.matched, red.percent) == (2, 3, 1, 40.0)
    assert (platelet.confirmed, platelet.counted, platelet.matched, platelet.percent) == (1, 0, 0, 0.0)
    assert row(rows, WHITE).percent is None


def test_a_cell_is_met_once_by_the_box_that_overlaps_it_most() -> None:
    rows = compute_class_agreement(
        [confirmed(WHITE, (0, 0, 10, 10), "neutrophil"), confirmed(WHITE, (0, 3, 10, 13), "monocyte")],
        [counted(WHITE, (0, 1, 10, 11), "neutrophil"), counted(WHITE, (0, 0, 10, 9), "basophil")],
    )

    # The second box is nearer to the first cell (0.9) than the first is (0.82), which is left with the other cell.
    white = row(rows, WHITE)
    assert (white.matched, white.names, white.named_alike) == (2, 2, 0)


def test_a_box_of_another_class_is_another_cell() -> None:
    rows = compute_class_agreement([confirmed(WHITE, (0, 0, 10, 10))], [counted(RED, (0, 0, 10, 10))])

    assert (row(rows, WHITE).percent, row(rows, RED).percent) == (0.0, 0.0)


def test_names_count_where_a_person_gave_one() -> None:
    rows = compute_class_agreement(
        [
            confirmed(WHITE, (0, 0, 10, 10), "neutrophil"),
            confirmed(WHITE, (20, 0, 30, 10), "unidentified"),
            confirmed(WHITE, (40, 0, 50, 10), "monocyte"),
        ],
        [counted(WHITE, (0, 0, 10, 10), "neutrophil"), counted(WHITE, (20, 0, 30, 10), "unidentified")],
    )

    white = row(rows, WHITE)
    assert (white.names, white.named_alike) == (2, 1)


def test_fields_are_pooled_cell_by_cell() -> None:
    whole = compute_class_agreement([confirmed(RED, (0, 0, 10, 10))], [counted(RED, (0, 0, 10, 10))])
    half = compute_class_agreement([confirmed(RED, (0, 0, 10, 10))], [])

    red = row(pooled_agreement([whole, half]), RED)
    assert (red.confirmed, red.counted, red.matched) == (2, 1, 1)
    assert red.percent == pytest.approx(200 / 3)
    assert [one.percent for one in pooled_agreement([])] == [None] * 3


def test_specific_agreement_is_twice_the_common_over_all_named() -> None:
    # a = 80, b = 10, c = 5
    assert compute_specific_agreement(both=80, first=90, second=85) == pytest.approx(160 / 175)
    assert compute_specific_agreement(both=0, first=3, second=0) == 0
    assert compute_specific_agreement(both=0, first=0, second=0) is None
