"""The shapes drawn over an image."""

import re

import pytest

from app.schemas.result_record import ResultRecord, build_result_record
from app.web.overlay import CellShape, Overlay, build_overlay
from app.web.subtype_words import CLASS_LETTERS, SUBTYPE_LETTERS, SUBTYPE_NAMES
from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype
from model.types import BoxXyxy, DetectedCell, FieldResult, Notice, Size, WeightsIdentity

WEIGHTS = WeightsIdentity("test", "1", "0" * 64)
RED, WHITE, PLATELET = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET


def record_of(*cells: DetectedCell, size: Size | None = None) -> ResultRecord:
    """The record of an image with these cells."""
    return build_result_record("a.png", FieldResult("counted", WEIGHTS, size or Size(400, 300), cells=cells))


def cell(cell_class: CellClass, box: BoxXyxy, *, is_counted: bool = True, subtype: str | None = None) -> DetectedCell:
    """One cell."""
    return DetectedCell(cell_class, box, 0.9, is_counted, subtype)


def overlay_of(*cells: DetectedCell) -> Overlay:
    """What is drawn for these cells."""
    overlay = build_overlay(record_of(*cells))
    assert overlay is not None
    return overlay


def shapes_by_class(overlay: Overlay) -> dict[str, list[str]]:
    """The outlines by class."""
    return {layer.code: [shape.path for shape in layer.cells] for layer in overlay.layers}


def test_each_class_has_a_shape_of_its_own_inside_its_box() -> None:
    box = (10.0, 20.0, 50.0, 80.0)

    paths = shapes_by_class(
        overlay_of(cell(RED, box), cell(WHITE, box), cell(PLATELET, box), cell(WHITE, box, subtype="erythroblast"))
    )

    assert paths["RBC"] == ["M10 50a20 30 0 1 0 40 0a20 30 0 1 0 -40 0z"]
    assert paths["WBC"] == ["M10 20H50V80H10zM12.4 22.4H47.6V77.6H12.4z"]
    assert paths["PLT"] == ["M30 20L50 50 30 80 10 50z"]
    assert paths["NRBC"] == ["M10 20H50V80H10z"]


def test_only_counted_cells_are_drawn_so_that_shapes_and_counts_agree() -> None:
    overlay = overlay_of(
        cell(RED, (0, 0, 10, 10)), cell(RED, (20, 0, 30, 10)), cell(RED, (40, 0, 50, 10), is_counted=False)
    )

    assert {layer.code: (layer.count, len(layer.cells)) for layer in overlay.layers} == {
        "RBC": (2, 2), "WBC": (0, 0), "PLT": (0, 0), "NRBC": (0, 0),
    }  # fmt: skip


def test_an_image_without_cells_has_an_overlay_without_shapes() -> None:
    assert shapes_by_class(overlay_of()) == {"RBC": [], "WBC": [], "PLT": [], "NRBC": []}


def test_a_refused_image_has_no_overlay() -> None:
    refused = FieldResult("refused", WEIGHTS, Size(9, 9), reason=Notice("not_a_smear", "No smear."))

    assert build_overlay(build_result_record("a.png", refused)) is None


@pytest.mark.parametrize("cell_class", [RED, WHITE, PLATELET])
@pytest.mark.parametrize("box", [(0, 0, 30, 30), (370, 270, 400, 300), (0, 270, 8, 278), (190, 0, 198, 6)])
def test_a_letter_never_lies_outside_the_image(cell_class: CellClass, box: BoxXyxy) -> None:
    (shape,) = [shape for layer in overlay_of(cell(cell_class, box)).layers for shape in layer.cells]

    assert 0 <= float(shape.label_x) <= 400
    assert 0 <= float(shape.label_y) <= 300
    assert float(shape.label_size) > 0


def test_coordinates_are_short() -> None:
    paths = shapes_by_class(overlay_of(cell(RED, (1 / 3, 2 / 3, 100 / 7, 200 / 7))))["RBC"]

    assert all(len(number) <= 1 for number in re.findall(r"\.(\d+)", paths[0]))


def test_a_title_names_the_class_its_sub_type_and_the_score() -> None:
    overlay = overlay_of(cell(WHITE, (0, 0, 9, 9), subtype="immature_granulocyte"), cell(RED, (0, 0, 9, 9)))

    titles = {layer.code: [shape.title for shape in layer.cells] for layer in overlay.layers}
    assert titles["WBC"] == ["White cell, suggested immature granulocyte, score 0.90"]
    assert titles["RBC"] == ["Red cell, score 0.90"]


def named(cell_class: CellClass, subtype: str | None, probability: float | None, likeliest: str | None) -> CellShape:
    """The shape of a cell with this type."""
    one = DetectedCell(cell_class, (10, 10, 60, 60), 0.9, True, subtype, probability, likeliest)  # noqa: FBT003
    (shape,) = [shape for layer in overlay_of(one).layers for shape in layer.cells]
    return shape


@pytest.mark.parametrize(
    ("cell_class", "subtype", "letters", "is_remarkable"),
    [
        (WHITE, "neutrophil", "Ne", True),
        (WHITE, "immature_granulocyte", "IG", True),
        (WHITE, "erythroblast", "NR", True),
        (WHITE, "unidentified", "?", True),
        (WHITE, None, "W", True),
        (RED, "target", "Ta", True),
        (RED, "normal", "R", False),
        (RED, "uncategorised", "?", False),
        (RED, None, "R", False),
        (PLATELET, None, "P", True),
    ],
)
def test_letters_give_the_type(cell_class: CellClass, subtype: str | None, letters: str, is_remarkable: bool) -> None:
    shape = named(cell_class, subtype, None, None)

    assert (shape.letters, shape.is_remarkable) == (letters, is_remarkable)


@pytest.mark.parametrize(
    ("cell_class", "subtype", "likeliest", "title"),
    [
        (WHITE, "unidentified", "monocyte", "unidentified: left for a person, likeliest monocyte, probability 61 %"),
        (RED, "uncategorised", "target", "uncategorised: left for a person, likeliest target cell, probability 61 %"),
    ],
)
def test_a_cell_that_the_network_is_not_sure_of_looks_different_and_says_so(
    cell_class: CellClass, subtype: str, likeliest: str, title: str
) -> None:
    shape = named(cell_class, subtype, 0.61, likeliest)

    assert shape.is_unsure
    assert f", {title}, score 0.90" in shape.title
    assert not named(cell_class, likeliest, 0.99, likeliest).is_unsure
    assert not named(cell_class, None, None, None).is_unsure


def test_a_type_is_told_as_a_suggestion_with_its_probability() -> None:
    assert named(RED, "burr", 0.874, "burr").title == "Red cell, suggested burr cell, probability 87 %, score 0.90"


def test_the_legend_lists_the_types_that_occur() -> None:
    overlay = overlay_of(
        cell(RED, (0, 0, 9, 9), subtype="target"),
        cell(RED, (9, 9, 19, 19), subtype="burr", is_counted=False),
        cell(WHITE, (20, 0, 29, 9), subtype="unidentified"),
    )

    assert overlay.legend == (("Ta", "Target cell"), ("?", "Unidentified"))


def test_every_type_has_a_name_and_letters_of_its_own() -> None:
    named_types = {str(subtype) for subtype in (*WhiteCellSubtype, *RedCellSubtype)}

    assert set(SUBTYPE_NAMES) == named_types
    assert named_types - set(SUBTYPE_LETTERS) == {"normal", "erythroblast"}
    letters = [text for text in SUBTYPE_LETTERS.values() if text != "?"] + list(CLASS_LETTERS.values())
    assert len(letters) == len(set(letters))
