"""Temperature and confidence from fields that are counted through the whole pipeline."""

from pathlib import Path
from typing import cast

import numpy as np
import pytest

from model.evaluation.naming.calibrating import (
    Calibration,
    CalibrationCells,
    calibrate,
    choose,
    count_calibration_cells,
)
from model.evaluation.naming.calibration import NothingToCalibrateOn
from model.evaluation.predictions import RefusedField
from model.inference import CellCounter
from model.inference.counter import CountedField
from model.types import DetectedCell, FieldResult, Size, WeightsIdentity
from tests.unit.evaluation.naming.hand_made_cells import PLATELET, RED, WHITE, box_around, field, found, point

SIZE = Size(400, 400)
LOGITS = np.arange(3 * 19, dtype=np.float32).reshape(3, 19)
CELLS = (
    found(WHITE, box_around(50, 50), "basophil"),
    found(RED, box_around(150, 50), "burr"),
    found(WHITE, box_around(250, 50), "basophil"),
)


class FakeCounter:
    """Finds the same cells in every image."""

    def __init__(self, cells: tuple[DetectedCell, ...] = CELLS, size: Size | None = SIZE) -> None:
        self.result = FieldResult("counted", WeightsIdentity("a", "1", "b"), image_size=size, cells=cells)

    def count_with_logits(self, _image_bytes: bytes) -> CountedField:
        return CountedField(self.result, LOGITS[: len(self.result.cells)])


def run(counter: FakeCounter, path: Path) -> Calibration:
    path.write_bytes(b"image")
    points = (point(50, 50, WHITE, "lymphocyte"), point(150, 50, RED, "target"), point(250, 50, PLATELET, None))
    one = field(points=points, original_path=str(path))
    return calibrate(cast("CellCounter", counter), [one], lambda _done, _total: None)


def test_every_found_cell_brings_the_logits_of_its_kind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"image")
    points = (point(50, 50, WHITE, "lymphocyte"), point(150, 50, RED, "target"), point(250, 50, PLATELET, None))
    one = field(points=points, original_path=str(tmp_path / "a"))
    cells = count_calibration_cells(cast("CellCounter", FakeCounter()), [one], lambda _done, _total: None)

    assert cells[WHITE].logits.tolist() == [LOGITS[0][:7].tolist(), LOGITS[2][:7].tolist()]
    assert cells[WHITE].labels.tolist() == [1, -1]  # a platelet found as a white cell is none of the seven
    assert cells[RED].logits.tolist() == [LOGITS[1][7:].tolist()]
    assert cells[RED].labels.tolist() == [4]


def test_the_record_tells_the_fields_and_the_cells(tmp_path: Path) -> None:
    found_settings = run(FakeCounter(), tmp_path / "a")

    assert found_settings.record["fields"] == {"pbc-acevedo": 1}
    assert (found_settings.record["white"]["cells"], found_settings.record["red"]["cells"]) == (2, 1)
    assert found_settings.settings.white_confidence == found_settings.record["white"]["confidence"]
    assert found_settings.settings.red_temperature == found_settings.record["red"]["temperature"]


def test_a_kind_without_cells_is_named_nothing() -> None:
    none = choose(CalibrationCells(np.zeros((0, 7)), np.zeros(0, np.int64)), 0.97)

    assert none == {"cells": 0, "temperature": 1.0, "confidence": 1.0}


def test_calibration_on_no_found_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToCalibrateOn, match="take more fields"):
        run(FakeCounter(cells=()), tmp_path / "a")


def test_an_image_that_cannot_be_read_ends_the_calibration(tmp_path: Path) -> None:
    with pytest.raises(RefusedField):
        run(FakeCounter(size=None), tmp_path / "a")


def test_calibration_brings_probabilities_to_what_they_say() -> None:
    random = np.random.default_rng(1)
    logits = random.normal(0, 3, (4000, 7))
    cumulated = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).cumsum(axis=1)
    labels = np.asarray((random.random((4000, 1)) > cumulated).sum(axis=1), dtype=np.int64)
    record = choose(CalibrationCells(logits * 3, labels), 0.97)  # three times too sure
    before, after = record["expected_calibration_error"]

    assert record["temperature"] == pytest.approx(3.0, rel=0.1)
    assert before > 0.1
    assert after < 0.02
