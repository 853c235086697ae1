"""Calibrating and judging names by the commands, with the real network, which has learnt nothing."""

import dataclasses
import json
from pathlib import Path

import pytest

from app.cli import run
from model.classes import CELL_CLASSES
from model.data.fields import CellPoint
from model.data.packed import PackedField, write_index
from model.data.splits import Split
from model.decoding import NamingSettings
from model.evaluation.naming.parts import calibrates
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import Size
from model.weights import read_manifest, write_manifest
from tests.unit.evaluation.naming.hand_made_cells import field as named_field
from tests.unit.training.packed_fields import packed_field

pytestmark = pytest.mark.usefixtures("torch_as_before")

SIZE = Size(192, 128)
HELD_OUT_FIELDS = 6


def rendered(folder: Path, number: int) -> tuple[str, tuple[CellPoint, ...]]:
    """A rendered smear's file and its red cells as points of one type."""
    smear = render_smear(SmearRecipe(SIZE, 12, 0, 1, 30.0, seed=number))
    path = folder / f"{number}.png"
    path.write_bytes(encode_png(smear.image_hwc_u8))
    boxes = [cell.box_xyxy_image_px for cell in smear.cells if cell.cell_class is CELL_CLASSES[0]]
    return str(path), tuple(CellPoint((x1 + x2) / 2, (y1 + y2) / 2, 0, "target") for x1, y1, x2, y2 in boxes)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Held-out fields with red cells of known type, some of which calibrate, and a validation field with boxes."""
    fields: list[PackedField] = []
    for number in range(HELD_OUT_FIELDS):
        path, points = rendered(tmp_path, number)
        fields.append(named_field(source="chula-rbc-12", original=str(number), points=points, original_path=path))
    path, _ = rendered(tmp_path, 99)
    fields.append(dataclasses.replace(packed_field(99, split=Split.VALIDATION), original_path=path))
    assert 0 < sum(calibrates(field) for field in fields) < HELD_OUT_FIELDS
    write_index(tmp_path, fields)
    return tmp_path


@pytest.fixture
def weights(tmp_path: Path, random_release: Path) -> Path:
    """The random release under a manifest of its own."""
    path = tmp_path / "random.safetensors"
    path.symlink_to(random_release)
    manifest = read_manifest(random_release.with_suffix(".json"))
    training = {"progress": {"seconds": 60.0, "step": 3}, "settings": {"start_from": ""}, "fields": {}}
    write_manifest(path.with_suffix(".json"), dataclasses.replace(manifest, training=training))
    return path


def test_calibrating_lets_weights_name_cells_and_tells_on_what(
    dataset: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    former = read_manifest(weights.with_suffix(".json"))
    write_manifest(weights.with_suffix(".json"), dataclasses.replace(former, metrics={"naming": {}, "all": {}}))

    assert run(["calibrate", str(dataset), "--weights", str(weights)]) == 0
    manifest = read_manifest(weights.with_suffix(".json"))
    record = manifest.training["naming_calibration"]

    assert former.naming is None
    assert manifest.naming is not None
    assert manifest.naming.red_temperature == record["red"]["temperature"]
    assert (record["white"]["cells"], record["without"]) == (0, [])
    assert record["red"]["cells"] > 0
    assert manifest.metrics == {"all": {}}  # figures of naming under other settings no longer hold
    assert "white cells: none to calibrate on" in capsys.readouterr().out


def test_calibrating_takes_no_field_of_a_source_whose_names_were_left_out(
    dataset: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = read_manifest(weights.with_suffix(".json"))
    training = {**manifest.training, "names_left_out": ["chula"]}
    write_manifest(weights.with_suffix(".json"), dataclasses.replace(manifest, training=training))

    assert run(["calibrate", str(dataset), "--weights", str(weights)]) == 1
    assert "no cell of known name was found" in capsys.readouterr().err


def test_evaluating_judges_names_too(
    dataset: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    out = tmp_path / "metrics.json"
    arguments = ["evaluate", str(dataset), "--weights", str(weights), "--out", str(out)]

    assert run(arguments) == 0
    assert json.loads(out.read_text())["naming"] is None
    assert "name no cell" in capsys.readouterr().err
    let_name(weights)
    assert run(arguments) == 0
    naming = json.loads(out.read_text())["naming"]
    figures = naming["sets"]["Chula RBC-12"]["12 types"]
    assert naming["fields_by_source"] == {"chula-rbc-12": HELD_OUT_FIELDS}
    assert figures["originals"] == HELD_OUT_FIELDS
    assert 0 < figures["figures"]["named_share"] < 1, "every cell is named but those that the border cuts"
    assert 0 < figures["working_cells"] < figures["cells"]
    assert "12 types" in capsys.readouterr().out


def test_names_of_a_source_left_out_are_judged_on_all_its_fields(
    dataset: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    let_name(weights)
    out = tmp_path / "metrics.json"
    arguments = ["evaluate", str(dataset), "--weights", str(weights), "--names-left-out", "chula", "--out", str(out)]

    assert run(arguments) == 1
    assert 'names_left_out = ["chula"]' in capsys.readouterr().err
    manifest = read_manifest(weights.with_suffix(".json"))
    training = {**manifest.training, "names_left_out": ["chula"]}
    write_manifest(weights.with_suffix(".json"), dataclasses.replace(manifest, training=training))
    assert run([*arguments, "--limit", "3"]) == 0
    entry = json.loads(out.read_text())
    assert entry["fields_taken"] == {"every": 2, "of": HELD_OUT_FIELDS, "fields": 3}
    assert entry["detector_saw_fields"] is True
    figures = entry["sets"]["Chula RBC-12"]["12 types"]
    assert figures["working_cells"] == figures["cells"] > 0


def let_name(weights: Path) -> None:
    """Give the weights settings under which every cell is named."""
    manifest = read_manifest(weights.with_suffix(".json"))
    named = dataclasses.replace(manifest, naming=NamingSettings(1.0, 1.0, 0.0, 0.0))
    write_manifest(weights.with_suffix(".json"), named)
