"""What names cost: the network without its naming layers finds the same cells, and both ways are timed."""

from pathlib import Path

import pytest

from model.evaluation.naming_cost import detection_alone, measure_naming_cost
from model.inference import CellCounter
from model.rendering import encode_png, random_recipe, render_smear
from model.types import Size
from model.weights import open_release

_FIELD = encode_png(render_smear(random_recipe(3, Size(160, 128), 50.0)).image_hwc_u8)


def test_detection_alone_finds_the_same_cells_and_names_none(random_release: Path) -> None:
    release = open_release(random_release)
    whole, alone = (CellCounter(each, device="cpu", engine="torch") for each in (release, detection_alone(release)))

    counted, found = whole.count(_FIELD), alone.count(_FIELD)

    assert [cell.box_xyxy_image_px for cell in found.cells] == [cell.box_xyxy_image_px for cell in counted.cells]
    assert all(cell.subtype is None for cell in found.cells)
    assert len(detection_alone(release).content) < len(release.content)


def test_the_ratios_are_of_the_times_told(random_release: Path) -> None:
    figures = measure_naming_cost(open_release(random_release), _FIELD, 2, device="cpu", engine="torch")

    assert figures["detection_ms"] > 0
    assert figures["ratio"] == pytest.approx(figures["naming_ms"] / figures["detection_ms"], rel=0.02)
    assert figures["ratio_with_gate"] >= figures["ratio"]


def test_no_rounds_are_an_error(random_release: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure_naming_cost(open_release(random_release), _FIELD, 0, device="cpu", engine="torch")
