"""Two weights are compared on the same fields, class by class, and what changed is told cell by cell."""

import json
from pathlib import Path

import numpy as np
import pytest

from model.classes import CellClass
from model.evaluation.golden_comparison import CountedGolden, compare, count_golden
from model.evaluation.golden_fields import DRAWN, REVIEWED, REVIEWED_INDEX, GoldenField, golden_fields
from model.rendering.golden import golden_recipes
from model.types import BoxXyxy, DetectedCell, FieldResult, Size, WeightsIdentity

RED, WHITE = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL
FIRST, SECOND, THIRD = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (40.0, 0.0, 60.0, 20.0)


class Saying:
    """A stand-in counter that always finds the same cells."""

    def __init__(self, *cells: DetectedCell, status: str = "counted") -> None:
        self._result = FieldResult(
            "refused" if status == "refused" else "counted",
            WeightsIdentity("a", "1", "0" * 64),
            Size(64, 64),
            cells=cells,
        )

    def count(self, _: bytes) -> FieldResult:
        return self._result


def cell(cell_class: CellClass, box: BoxXyxy, subtype: str | None = None, *, counted: bool = True) -> DetectedCell:
    return DetectedCell(cell_class, box, 0.9, is_counted=counted, subtype=subtype)


def field() -> GoldenField:
    """Two red cells and a neutrophil."""
    return GoldenField(
        group=REVIEWED,
        title="field",
        number=7,
        read=lambda: b"image",
        boxes_xyxy_px=np.array([FIRST, SECOND, THIRD], dtype=np.float32),
        class_indices=np.array([0, 0, 1]),
        subtypes=("normal", None, "neutrophil"),
    )


def counted(*cells: DetectedCell, status: str = "counted") -> list[CountedGolden]:
    return count_golden(Saying(*cells, status=status), [field()], lambda: None)  # type: ignore[arg-type]


ALL_RIGHT = (cell(RED, FIRST, "normal"), cell(RED, SECOND), cell(WHITE, THIRD, "neutrophil"))


def test_figures_of_both_stand_side_by_side() -> None:
    one_missed = (cell(RED, FIRST, "target"), cell(RED, SECOND, counted=False), cell(WHITE, THIRD, "monocyte"))

    group = compare(counted(*one_missed), counted(*ALL_RIGHT))["groups"][0]

    red, white, platelets = group["classes"]
    assert (red["reference"], red["candidate"]["counted"], red["baseline"]["counted"]) == (2, 1, 2)
    assert (red["candidate"]["precision"], red["candidate"]["recall"]) == (1.0, 0.5)
    assert (red["candidate"]["count_error"], red["baseline"]["count_error"]) == (0.5, 0.0)
    assert white["candidate"]["f1"] == white["baseline"]["f1"] == 1.0
    assert platelets["candidate"]["f1"] is None
    assert platelets["candidate"]["count_error"] is None
    names = {row["class"]: (row["reference"], row["candidate"], row["baseline"]) for row in group["names"]}
    assert names == {"RBC": (1, 0, 1), "WBC": (1, 0, 1)}


def test_a_cell_in_the_wrong_place_is_no_match() -> None:
    red = compare(counted(cell(RED, (5.0, 5.0, 15.0, 15.0))), counted(*ALL_RIGHT))["groups"][0]["classes"][0]

    assert (red["candidate"]["precision"], red["candidate"]["recall"]) == (0.0, 0.0)


def test_two_cells_on_one_reference_cell_are_one_match() -> None:
    twice = (cell(RED, FIRST), cell(RED, (0.0, 0.0, 10.0, 9.0)))

    red = compare(counted(*twice), counted(*ALL_RIGHT))["groups"][0]["classes"][0]

    assert (red["candidate"]["counted"], red["candidate"]["precision"]) == (2, 0.5)


def test_only_fields_that_differ_are_listed_with_what_differs() -> None:
    assert compare(counted(*ALL_RIGHT), counted(*ALL_RIGHT))["changed"] == []

    changed = compare(counted(*ALL_RIGHT[:2]), counted(*ALL_RIGHT))["changed"]

    assert [entry["number"] for entry in changed] == [7]
    assert changed[0]["counts"][1] == {"class": "WBC", "reference": 1, "candidate": 0, "baseline": 1}
    assert [entry["shared"] for entry in changed[0]["baseline_cells"]] == [True, True, False]


def test_a_refused_field_has_no_counts_and_is_told() -> None:
    report = compare(counted(status="refused"), counted(*ALL_RIGHT))

    assert report["groups"][0]["classes"][0]["candidate"]["refused"] == 1
    assert report["changed"][0]["counts"][0]["candidate"] is None


def test_the_drawn_fields_hold_every_class_and_those_reviewed_are_read_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "1.image").write_bytes(b"pixels")
    entry = {"title": "26-1", "image_id": 5, "file": "1.image"}
    cells = [{"class": "PLT", "subtype": None, "box": list(FIRST)}]
    (tmp_path / REVIEWED_INDEX).write_text(json.dumps([entry | {"cells": cells}]))

    fields = golden_fields(tmp_path, None)

    drawn = [one for one in fields if one.group == DRAWN]
    assert len(drawn) == len(golden_recipes())
    assert {int(index) for one in drawn for index in one.class_indices} == {0, 1, 2}
    (reviewed,) = (one for one in fields if one.group == REVIEWED)
    assert (reviewed.number, reviewed.read(), reviewed.class_indices.tolist()) == (5, b"pixels", [2])


def test_a_folder_that_is_no_data_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / REVIEWED_INDEX).write_text("[]")

    with pytest.raises(ValueError, match="bloodcount dataset build"):
        golden_fields(tmp_path, tmp_path)
