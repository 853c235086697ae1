"""Counts, differential and morphology of one field's cells."""

from hypothesis import given
from hypothesis import strategies as st

from model.classes import CELL_CLASSES, CellClass, RedCellSubtype, WhiteCellSubtype
from model.counting import compute_counts, compute_differential, compute_morphology
from model.types import DetectedCell

RED, WHITE, PLATELET = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET
BOX = (1.0, 2.0, 30.0, 40.0)


def cell(cell_class: CellClass, subtype: str | None = None, *, is_counted: bool = True) -> DetectedCell:
    return DetectedCell(cell_class, BOX, 0.9, is_counted, subtype)


def any_cell() -> st.SearchStrategy[DetectedCell]:
    """Cells as the network can give them: sub-types fit their class, or there are none."""
    white = st.builds(
        DetectedCell,
        st.just(WHITE),
        st.just(BOX),
        st.just(0.5),
        st.booleans(),
        st.none() | st.sampled_from(list(WhiteCellSubtype)),
    )
    red = st.builds(
        DetectedCell,
        st.just(RED),
        st.just(BOX),
        st.just(0.5),
        st.booleans(),
        st.none() | st.sampled_from(list(RedCellSubtype)),
    )
    platelet = st.builds(DetectedCell, st.just(PLATELET), st.just(BOX), st.just(0.5), st.booleans())
    return white | red | platelet


def test_no_cells_give_zero_for_every_class() -> None:
    assert compute_counts([]) == {"RBC": 0, "WBC": 0, "PLT": 0, "NRBC": 0}
    assert set(compute_differential([]).values()) == {0}
    assert compute_morphology([]) == {}


def test_each_class_is_counted_under_its_code() -> None:
    cells = [cell(RED), cell(RED), cell(RED), cell(WHITE), cell(PLATELET), cell(PLATELET)]

    assert compute_counts(cells) == {"RBC": 3, "WBC": 1, "PLT": 2, "NRBC": 0}


def test_an_erythroblast_is_a_nucleated_red_cell_and_no_white_cell() -> None:
    cells = [cell(WHITE, "erythroblast"), cell(WHITE, "neutrophil"), cell(RED)]

    assert compute_counts(cells) == {"RBC": 1, "WBC": 1, "PLT": 0, "NRBC": 1}
    assert "erythroblast" not in compute_differential(cells)
    assert sum(compute_differential(cells).values()) == 1


def test_a_white_cell_without_a_sub_type_is_unidentified() -> None:
    differential = compute_differential([cell(WHITE), cell(WHITE, "unidentified"), cell(WHITE, "basophil")])

    assert differential["unidentified"] == 2
    assert differential["basophil"] == 1


def test_the_differential_has_exactly_the_published_keys() -> None:
    assert list(compute_differential([cell(RED), cell(PLATELET)])) == [
        "neutrophil",
        "lymphocyte",
        "monocyte",
        "eosinophil",
        "basophil",
        "immature_granulocyte",
        "unidentified",
    ]


def test_cells_that_are_only_listed_count_nowhere() -> None:
    cells = [
        cell(RED, "target", is_counted=False),
        cell(WHITE, "monocyte", is_counted=False),
        cell(WHITE, "erythroblast", is_counted=False),
        cell(PLATELET, is_counted=False),
    ]

    assert compute_counts(cells) == {"RBC": 0, "WBC": 0, "PLT": 0, "NRBC": 0}
    assert sum(compute_differential(cells).values()) == 0
    assert compute_morphology(cells) == {}


def test_morphology_lists_only_the_types_that_occur() -> None:
    cells = [cell(RED, "target"), cell(RED, "normal"), cell(RED, "target"), cell(RED), cell(WHITE, "monocyte")]

    assert compute_morphology(cells) == {"normal": 1, "target": 2}


@given(st.lists(any_cell(), max_size=60))
def test_every_counted_cell_is_counted_exactly_once(cells: list[DetectedCell]) -> None:
    counts = compute_counts(cells)

    assert sum(counts.values()) == sum(one.is_counted for one in cells)
    assert sum(compute_differential(cells).values()) == counts["WBC"]
    assert sum(compute_morphology(cells).values()) <= counts["RBC"]
    assert set(counts) == {cell_class.value for cell_class in CELL_CLASSES} | {"NRBC"}
