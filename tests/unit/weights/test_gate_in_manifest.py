import dataclasses
import json
from pathlib import Path

import pytest

from model.decoding import DecodingSettings
from model.weights import WeightsManifest, WeightsRefused, read_manifest, write_manifest
from tests.unit.quality.rendered_patches import some_limits


def write(folder: Path, **changes: object) -> Path:
    manifest = WeightsManifest("test", "1.0.0", "0" * 64, DecodingSettings((0.5, 0.5, 0.5)), gate=some_limits())
    path = folder / "test.json"
    write_manifest(path, manifest)
    values = json.loads(path.read_text())
    values["gate"].update(changes)
    path.write_text(json.dumps(values))
    return path


def test_the_gate_is_read_as_it_is_written(tmp_path: Path) -> None:
    assert read_manifest(write(tmp_path)).gate == some_limits()


def test_weights_without_a_gate_have_none(tmp_path: Path) -> None:
    path = tmp_path / "test.json"
    write_manifest(path, WeightsManifest("test", "1.0.0", "0" * 64, DecodingSettings((0.5, 0.5, 0.5))))

    assert read_manifest(path).gate is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("most_distance", 0.0),
        ("most_edge_width_px", -3.0),
        ("least_background_brightness", float("nan")),
        ("most_covered_share", float("inf")),
        ("most_clipped_share", "much"),
        ("background_red_to_green", [1.2, 0.8]),
        ("background_blue_to_green", [0.8]),
        ("usual", {"distance": [2.0, 1.0]}),
        ("likeness", {"distance": 1.0}),
        ("familiarity", {"sources": ["one"], "axes": 1, "numbers": "AAAA"}),
        ("a_limit_of_tomorrow", 1.0),
    ],
)
def test_limits_that_cannot_be_are_refused(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(WeightsRefused, match="manifest"):
        read_manifest(write(tmp_path, **{name: value}))


def test_a_missing_limit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    values = json.loads(path.read_text())
    del values["gate"]["most_distance"]
    path.write_text(json.dumps(values))

    with pytest.raises(WeightsRefused, match="most_distance"):
        read_manifest(path)


def test_figures_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, figures={"smears": {"fields": 3}})

    gate = read_manifest(path).gate

    assert gate == dataclasses.replace(some_limits(), figures={"smears": {"fields": 3}})
