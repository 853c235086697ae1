"""The result record is, field by field, version 1 of the published interface."""

import json

from app.schemas.result_record import ResultRecord, build_result_record
from model.classes import CellClass
from model.types import DetectedCell, FieldResult, Notice, Size, WeightsIdentity

WEIGHTS = WeightsIdentity("bloodcount-resnet50", "1.0", "ab" * 32)
COUNTED = FieldResult(
    status="counted",
    weights=WEIGHTS,
    image_size=Size(640, 480),
    warnings=(Notice("colour_missing", "The image has no colour."),),
    cells=(
        DetectedCell(CellClass.RED_BLOOD_CELL, (10.123456, 20.0, 60.5, 70.25), 0.971234, is_counted=True),
        DetectedCell(CellClass.RED_BLOOD_CELL, (0.0, 0.0, 5.0, 5.0), 0.1, is_counted=False),
        DetectedCell(
            CellClass.WHITE_BLOOD_CELL,
            (100, 100, 200, 200),
            0.99,
            is_counted=True,
            subtype="neutrophil",
            subtype_probability=0.930049,
            likeliest_subtype="neutrophil",
        ),
        DetectedCell(
            CellClass.WHITE_BLOOD_CELL,
            (300, 300, 400, 400),
            0.98,
            is_counted=True,
            subtype="erythroblast",
            subtype_probability=0.8,
            likeliest_subtype="erythroblast",
        ),
        DetectedCell(
            CellClass.WHITE_BLOOD_CELL,
            (500, 300, 580, 380),
            0.97,
            is_counted=True,
            subtype="unidentified",
            subtype_probability=0.41,
            likeliest_subtype="monocyte",
        ),
        DetectedCell(CellClass.PLATELET, (600, 460, 640, 480), 0.5, is_counted=True),
    ),
    quality={"red_cell_diameter_px": 52.1, "sharpness": None},
    timings_ms={"decode": 4.04, "network": 140.0},
    unavailable=("morphology",),
    engine="openvino",
    head_counts={"RBC": 2.4, "WBC": 0.1, "PLT": 0.0},
)
EXPECTED = {
    "schema": 1,
    "image": "field-01.jpg",
    "width": 640,
    "height": 480,
    "status": "counted",
    "reason": None,
    "warnings": [{"code": "colour_missing", "message": "The image has no colour."}],
    "counts": {"RBC": 1, "WBC": 2, "PLT": 1, "NRBC": 1},
    "differential": {
        "neutrophil": 1,
        "lymphocyte": 0,
        "monocyte": 0,
        "eosinophil": 0,
        "basophil": 0,
        "immature_granulocyte": 0,
        "unidentified": 1,
    },
    "morphology": {},
    "cells": [
        {
            "class": "RBC",
            "box": [10.12, 20.0, 60.5, 70.25],
            "score": 0.9712,
            "counted": True,
            "subtype": None,
            "subtype_probability": None,
            "likeliest_subtype": None,
        },
        {
            "class": "RBC",
            "box": [0.0, 0.0, 5.0, 5.0],
            "score": 0.1,
            "counted": False,
            "subtype": None,
            "subtype_probability": None,
            "likeliest_subtype": None,
        },
        {
            "class": "WBC",
            "box": [100.0, 100.0, 200.0, 200.0],
            "score": 0.99,
            "counted": True,
            "subtype": "neutrophil",
            "subtype_probability": 0.93,
            "likeliest_subtype": "neutrophil",
        },
        {
            "class": "WBC",
            "box": [300.0, 300.0, 400.0, 400.0],
            "score": 0.98,
            "counted": True,
            "subtype": "erythroblast",
            "subtype_probability": 0.8,
            "likeliest_subtype": "erythroblast",
        },
        {
            "class": "WBC",
            "box": [500.0, 300.0, 580.0, 380.0],
            "score": 0.97,
            "counted": True,
            "subtype": "unidentified",
            "subtype_probability": 0.41,
            "likeliest_subtype": "monocyte",
        },
        {
            "class": "PLT",
            "box": [600.0, 460.0, 640.0, 480.0],
            "score": 0.5,
            "counted": True,
            "subtype": None,
            "subtype_probability": None,
            "likeliest_subtype": None,
        },
    ],
    "quality": {"red_cell_diameter_px": 52.1, "sharpness": None},
    "model": {"name": "bloodcount-resnet50", "version": "1.0", "sha256": "ab" * 32},
    "timings_ms": {"decode": 4.0, "network": 140.0},
    "unavailable": ["morphology"],
    "engine": "openvino",
    "head_counts": {"RBC": 2.4, "WBC": 0.1, "PLT": 0.0},
}


def test_the_json_of_a_counted_image_to_the_letter() -> None:
    written = json.loads(build_result_record("field-01.jpg", COUNTED).model_dump_json())

    assert written == EXPECTED
    assert list(written) == list(EXPECTED), "the fields keep their published order"


def test_a_record_is_read_back_from_its_json() -> None:
    record = build_result_record("field-01.jpg", COUNTED)

    assert ResultRecord.model_validate_json(record.model_dump_json()) == record


def test_a_record_from_before_the_likeliest_type_is_still_read() -> None:
    stored = build_result_record("field-01.jpg", COUNTED).model_dump(mode="json")
    for cell in stored["cells"]:
        del cell["likeliest_subtype"]

    record = ResultRecord.model_validate(stored)

    assert [cell.likeliest_subtype for cell in record.cells] == [None] * len(COUNTED.cells)
    assert record.cells[2].subtype == "neutrophil"


def test_a_file_that_is_no_image_has_no_size_and_no_counts_not_zero() -> None:
    refusal = FieldResult("refused", WEIGHTS, reason=Notice("not_an_image", "The file is not an image."))

    written = json.loads(build_result_record("notes.txt", refusal).model_dump_json())

    assert list(written) == list(EXPECTED)
    assert written["status"] == "refused"
    assert written["reason"] == {"code": "not_an_image", "message": "The file is not an image."}
    assert written["cells"] == []
    for field in ("width", "height", "counts", "differential", "morphology", "engine", "head_counts"):
        assert written[field] is None, field


def test_an_image_without_cells_has_counts_of_zero() -> None:
    empty = FieldResult("counted", WEIGHTS, Size(640, 480))

    written = json.loads(build_result_record("empty.png", empty).model_dump_json())

    assert written["counts"] == {"RBC": 0, "WBC": 0, "PLT": 0, "NRBC": 0}


def test_a_record_is_compact() -> None:
    """A field of a thousand cells fits where thousands of records are kept."""
    cell = COUNTED.cells[0]
    many = FieldResult("counted", WEIGHTS, Size(640, 480), cells=(cell,) * 1000)

    assert len(build_result_record("many.png", many).model_dump_json()) < 180 * 1000
