"""The manifest beside a weights file: written, read back, and refused where it describes something else."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.decoding import DecodingSettings, NamingSettings
from model.types import WeightsIdentity
from model.weights import WeightsManifest, WeightsRefused, read_manifest, write_manifest

NAMING = NamingSettings(white_temperature=1.3, red_temperature=0.9, white_confidence=0.7, red_confidence=0.4)
MANIFEST = WeightsManifest(
    name="bloodcount",
    version="1.2.3",
    sha256="ab" * 32,
    decoding=DecodingSettings((0.31, 0.42, 0.53), same_class_iou=0.5, any_class_iou=0.8),
    training={"minutes": 98.0},
    metrics={"RBC": {"f1": 0.9, "recall": None}},
)


def refusal(path: Path) -> WeightsRefused:
    """Why the manifest is refused; its message always names the file."""
    with pytest.raises(WeightsRefused) as caught:
        read_manifest(path)
    assert str(path) in caught.value.message
    return caught.value


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A written manifest after a change to its JSON."""
    path = tmp_path / "weights.json"
    write_manifest(path, MANIFEST)
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
    return path


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_manifest(tmp_path / "weights.json", MANIFEST)

    assert read_manifest(tmp_path / "weights.json") == MANIFEST


def test_how_names_are_believed_comes_back_as_it_was_written_and_so_does_its_absence(tmp_path: Path) -> None:
    named = replace(MANIFEST, naming=NAMING)
    write_manifest(tmp_path / "weights.json", named)

    assert read_manifest(tmp_path / "weights.json") == named
    assert read_manifest(changed(tmp_path, lambda values: values.pop("naming"))).naming is None
    assert read_manifest(changed(tmp_path, lambda values: values.update(naming=None))).naming is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *product(["white_temperature", "red_temperature"], [0, -1.5, float("nan"), float("inf"), "warm", None, [1.0]]),
        *product(["white_confidence", "red_confidence"], [-0.01, 1.01, float("nan"), float("inf"), "sure", None, []]),
        *product(["red_log_weights"], [7, "logs", [0.1], [0.0] * 13, [float("nan")] * 12, [float("inf")] * 12]),
        ("brown_confidence", 0.5),
    ],
)
def test_settings_of_names_that_mean_nothing_are_refused(name: str, value: object, tmp_path: Path) -> None:
    error = refusal(changed(tmp_path, lambda values: values.update(naming={**asdict(NAMING), name: value})))

    assert error.code == "manifest_invalid"


@pytest.mark.parametrize("value", [7, "yes", [], {}, {"white_temperature": 1.0}])
def test_what_is_no_setting_of_names_is_refused(value: object, tmp_path: Path) -> None:
    assert refusal(changed(tmp_path, lambda values: values.update(naming=value))).code == "manifest_invalid"


def test_log_weights_of_red_cells_are_read_as_they_were_written(tmp_path: Path) -> None:
    log_weights = tuple(number / 10 for number in range(12))
    naming = {**asdict(NAMING), "red_log_weights": list(log_weights)}

    read = read_manifest(changed(tmp_path, lambda values: values.update(naming=naming)))

    assert read.naming == replace(NAMING, red_log_weights=log_weights)


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_all_or_no_names_may_be_believed(confidence: float) -> None:
    assert NamingSettings(0.01, 100.0, confidence, confidence).white_confidence == confidence


def test_its_identity_is_what_results_carry() -> None:
    assert MANIFEST.identity == WeightsIdentity("bloodcount", "1.2.3", "ab" * 32)


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.json").code == "manifest_missing"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "7", '"text"', "\x00\x01", '{"name": 1}', '{"decoding": {}}']
)
def test_what_is_no_manifest_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(content)

    assert refusal(path).code == "manifest_invalid"


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_bytes(b"\xff\xfe\x80")

    assert refusal(path).code == "manifest_invalid"


@pytest.mark.parametrize("name", ["name", "version", "sha256", "decoding", "classes"])
def test_a_missing_entry_is_refused_by_name(name: str, tmp_path: Path) -> None:
    error = refusal(changed(tmp_path, lambda values: values.pop(name)))

    assert error.code in {"manifest_invalid", "manifest_mismatch"}
    assert name in error.message


def test_an_entry_that_is_not_known_is_refused_by_name(tmp_path: Path) -> None:
    error = refusal(changed(tmp_path, lambda values: values.update(colour="violet")))

    assert (error.code, "colour" in error.message) == ("manifest_invalid", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("schema", 2),
        ("architecture", "bloodcount-resnet50-centre-v999"),
        ("classes", ["WBC", "RBC", "PLT"]),
        ("classes", ["RBC", "WBC"]),
        ("preprocessing", {"red_cell_diameter_px": 60.0}),
        ("preprocessing", {}),
    ],
)
def test_weights_for_another_program_are_refused(name: str, value: object, tmp_path: Path) -> None:
    error = refusal(changed(tmp_path, lambda values: values.update({name: value})))

    assert error.code == "manifest_mismatch"
    assert f"{name} is " in error.message


def test_another_number_of_thresholds_is_refused(tmp_path: Path) -> None:
    error = refusal(changed(tmp_path, lambda values: values["decoding"].update(thresholds=[0.5, 0.5])))

    assert (error.code, "thresholds" in error.message) == ("manifest_mismatch", True)


@pytest.mark.parametrize("value", [0, -0.1, 1.01, 30, float("nan"), float("inf"), "high", None, [0.5]])
@pytest.mark.parametrize("place", ["thresholds", "same_class_iou"])
def test_a_limit_that_could_never_be_reached_is_refused(value: object, place: str, tmp_path: Path) -> None:
    given_value = [0.5, value, 0.5] if place == "thresholds" else value

    assert (
        refusal(changed(tmp_path, lambda values: values["decoding"].update({place: given_value}))).code
        == "manifest_invalid"
    )


JSON_VALUES = st.none() | st.booleans() | st.floats() | st.text() | st.lists(st.integers(), max_size=3)


@settings(max_examples=50)
@given(JSON_VALUES | st.dictionaries(st.sampled_from(["decoding", "classes", "name"]), JSON_VALUES))
def test_no_json_at_all_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(value))

    assert refusal(path).code == "manifest_invalid"
