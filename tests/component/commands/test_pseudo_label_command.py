"""``bloodcount dataset pseudo-label``: with the shipped weights, on drawn fields."""

import json
from pathlib import Path

import pytest

from app.cli import run
from model.data.fields import LabelMode
from model.data.packed import BoxOrigin, read_index
from tests.unit.data.published_sets import TxlImage, write_chula, write_txl_pbc

pytestmark = pytest.mark.usefixtures("torch_as_before")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set with a partly labelled field and a fully labelled one of the checked source, filled."""
    folder = tmp_path_factory.mktemp("pseudo")
    write_chula(folder / "chula", {1: 1})
    write_txl_pbc(folder / "txl", [TxlImage("a1", "train", "bccd", "BloodImage_00001", 2)])
    assert run(["dataset", "build", str(folder), "--out", str(folder / "set")]) == 0
    assert run(["dataset", "pseudo-label", str(folder / "set")]) == 0
    return folder / "set"


def test_partly_labelled_fields_are_filled_and_the_report_tells_what_that_is_worth(dataset: Path) -> None:
    fields = {field.source: field for field in read_index(dataset)}
    report = json.loads((dataset / "report.json").read_text())["pseudo_labels"]

    assert fields["chula-rbc-12"].label_modes == (LabelMode.FULL,) * 3
    assert BoxOrigin.POINT in fields["chula-rbc-12"].box_origins
    assert fields["txl-pbc-bccd"].pseudo_labelled_by is None
    assert report["filled"]["chula-rbc-12"]["points"] == 8
    assert report["check"]["train"]["RBC"]["cells"] == 8
    assert report["fields_not_counted"] == 0


def test_a_second_run_counts_nothing_again_and_changes_nothing(
    dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (dataset / "fields.jsonl").read_bytes(), (dataset / "detections.jsonl").read_bytes()

    assert run(["dataset", "pseudo-label", str(dataset)]) == 0
    assert ((dataset / "fields.jsonl").read_bytes(), (dataset / "detections.jsonl").read_bytes()) == before
    assert "Checked on TXL-PBC" in capsys.readouterr().out


def test_detections_of_other_weights_are_refused_in_one_sentence(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("fields.jsonl", "detections.jsonl"):
        text = (dataset / name).read_text()
        (tmp_path / name).write_text(text.replace('"weights_sha256":"', '"weights_sha256":"0'))

    assert run(["dataset", "pseudo-label", str(tmp_path)]) == 1
    assert "made with other weights" in capsys.readouterr().err


def test_a_folder_that_was_never_built_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dataset", "pseudo-label", str(tmp_path)]) == 1
    assert "bloodcount dataset build" in capsys.readouterr().err
