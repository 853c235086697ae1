"""The shapes drawn over an image."""

import re

import pytest

from app.schemas.result_record import ResultRecord, build_result_record
from app.web.overlay import Overlay, build_overlay
from model.classes import CellClass
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
    assert titles["WBC"] == ["White cell, immature granulocyte, score 0.90"]
    assert titles["RBC"] == ["Red cell, score 0.90"]
