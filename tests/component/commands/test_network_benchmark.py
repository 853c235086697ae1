"""The rows of ``bloodcount bench network``, and what is told where something is missing."""

import json
import sys
from pathlib import Path

import pytest
import torch

from app.cli import run
from app.commands.network_benchmark import benchmark_rows, write_rows
from model.evaluation.other_detectors import MissingExtra, yolo_calls
from model.evaluation.speed import Contestant, Timing
from tests.unit.evaluation.test_card_speed import CPU

OWN, OTHER = Contestant("bloodcount", "openvino", "decoded"), Contestant("yolov8n", "openvino", "decoded, 640 x 480")
TIMINGS = {OWN: Timing(0.1, 0.09), OTHER: Timing(0.25, 0.2)}


def test_the_ratio_is_to_bloodcounts_own_median_and_the_quickest_comes_first(tmp_path: Path) -> None:
    rows = benchmark_rows(TIMINGS, OWN)
    write_rows(tmp_path / "bench.json", rows, rounds=3)

    assert [(row["detector"], row["median_ms"], row["ratio"]) for row in rows] == [
        ("bloodcount", 100.0, 1.0),
        ("yolov8n", 250.0, 2.5),
    ]
    written = json.loads((tmp_path / "bench.json").read_text())
    assert (written["rounds"], written["rows"]) == (3, rows)


def test_without_ultralytics_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ultralytics", None)
    monkeypatch.setattr("model.evaluation.other_detectors._decoded", lambda _content: None)

    with pytest.raises(MissingExtra, match=r'pip install "bloodcount\[bench\]"'):
        yolo_calls(b"", CPU)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card on this machine")
def test_measuring_a_card_needs_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "gpu", "field.png"]) == 1
    assert capsys.readouterr().err.startswith("bloodcount: device cuda was asked for")
