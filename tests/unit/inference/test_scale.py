"""The scale of a field is measured from its red cells, whatever camera took it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from model.classes import CellClass
from model.config import RED_CELL_DIAMETER_PX
from model.decoding import RawDetections
from model.inference.progress import StageTimer
from model.inference.red_cell_size import measure_red_cells
from model.inference.scale import ScaledLook, ScaleFinder
from model.types import Size
from tests.unit.inference.painted_cells import Disc, disc_pass, paint

WHITE, PLATELET = CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET
FIELD = Size(800, 600)


def grid_of_discs(size: Size, diameter: float) -> list[Disc]:
    """Red cells all over the field, one and a half diameters apart."""
    step = int(diameter * 1.5)
    return [
        Disc(x, y, diameter)
        for y in range(step, size.height - step // 2, step)
        for x in range(step, size.width - step // 2, step)
    ]


def look(image_hwc_u8: NDArray[np.uint8], min_score: float = 0.3) -> ScaledLook:
    return ScaleFinder(disc_pass(), image_hwc_u8, min_score, StageTimer()).look()


def resized(image_hwc_u8: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    height, width = image_hwc_u8.shape[:2]
    size = (round(width * factor), round(height * factor))
    return np.array(Image.fromarray(image_hwc_u8).resize(size, Image.Resampling.BICUBIC))


@pytest.mark.parametrize("diameter", [30, 50, 80, 140])
def test_red_cells_are_brought_to_the_networks_size(diameter: int) -> None:
    found = look(paint(FIELD, grid_of_discs(FIELD, diameter)))

    assert found.red_cell_diameter_px == pytest.approx(diameter, rel=0.06)
    # Near enough is near enough: a scale within 15 percent is kept, as another look would count no better.
    assert diameter * found.scale == pytest.approx(RED_CELL_DIAMETER_PX, rel=0.2)
    assert found.warnings == ()


def test_the_same_field_is_counted_alike_whatever_the_camera_gave() -> None:
    discs = grid_of_discs(FIELD, 64)
    original = paint(FIELD, discs)
    looks = {factor: look(resized(original, factor)) for factor in (0.35, 0.5, 1.0, 2.0)}

    assert {factor: len(one.found.scores) for factor, one in looks.items()} == dict.fromkeys(looks, len(discs))
    for factor, one in looks.items():
        assert one.red_cell_diameter_px == pytest.approx(64 * factor, rel=0.08)
        assert one.scale * factor == pytest.approx(looks[1.0].scale, rel=0.08)


def test_one_far_too_large_cell_does_not_move_the_scale() -> None:
    discs = [*grid_of_discs(Size(800, 400), 60), Disc(500, 480, 190, WHITE), Disc(200, 480, 180)]

    assert look(paint(FIELD, discs)).red_cell_diameter_px == pytest.approx(60, rel=0.06)


def test_platelets_and_white_cells_are_not_measured() -> None:
    whites = [Disc(x, 480, 110, WHITE) for x in (100, 260, 420, 580, 740)]
    platelets = [Disc(x, y, 18, PLATELET) for y in (355, 395) for x in range(20, 800, 40)]
    discs = [*grid_of_discs(Size(800, 330), 60), *whites, *platelets]

    assert look(paint(FIELD, discs)).red_cell_diameter_px == pytest.approx(60, rel=0.06)


def test_small_cells_of_a_large_photograph_are_measured_in_its_middle_and_counted_everywhere() -> None:
    size = Size(2800, 1600)
    discs = [Disc(x, y, 58) for y in range(100, 1600, 200) for x in range(100, 2800, 200)]

    found = look(paint(size, discs))

    assert found.red_cell_diameter_px == pytest.approx(58, rel=0.06)
    assert len(found.found.scores) == len(discs)


@pytest.mark.parametrize("cells", [0, 1, 3])
def test_too_few_red_cells_leave_the_scale_unknown_and_say_so(cells: int) -> None:
    discs = [Disc(100 + 150 * number, 300, 70) for number in range(cells)]

    found = look(paint(FIELD, discs))

    assert found.red_cell_diameter_px is None
    assert [warning.code for warning in found.warnings] == ["scale_unknown"]
    assert len(found.found.scores) == cells


def test_four_red_cells_are_enough() -> None:
    discs = [Disc(80 + 150 * number, 300, 70) for number in range(4)]

    found = look(paint(FIELD, discs))

    assert found.red_cell_diameter_px == pytest.approx(70, rel=0.06)
    assert found.warnings == ()


def test_cells_under_the_measuring_score_are_listed_without_being_measured() -> None:
    boxes = torch.tensor([[float(x), 50.0, float(x) + 40, 90.0] for x in range(20, 620, 50)])
    weak = RawDetections(boxes, torch.full((len(boxes),), 0.34), torch.zeros(len(boxes), dtype=torch.int64))

    assert measure_red_cells(weak, 640, 480, 2) is None
    assert diameter(weak._replace(scores=weak.scores + 0.02)) == pytest.approx(40)


def diameter(found: RawDetections) -> float | None:
    size = measure_red_cells(found, 640, 480, 2)
    return None if size is None else size.diameter_px


def measured(*boxes: tuple[float, float, float, float]) -> float | None:
    """The diameter measured from sure red cells in an image of 640 x 480 px."""
    count = len(boxes)
    found = RawDetections(torch.tensor(boxes), torch.ones(count), torch.zeros(count, dtype=torch.int64))
    return diameter(found)


WHOLE = [(100.0 + 60 * number, 100.0, 148.0 + 60 * number, 152.0) for number in range(4)]
"""Four whole red cells, 48 px wide and 52 high."""


def test_a_whole_red_cell_measures_the_mean_of_its_sides() -> None:
    assert measured(*WHOLE) == pytest.approx(50)
    assert measured(*WHOLE[:3]) is None


@pytest.mark.parametrize(
    "box",
    [(0.0, 200.0, 31.0, 260.0), (609.0, 200.0, 640.0, 260.0), (200.0, 0.0, 260.0, 31.0), (200.0, 449.0, 260.0, 480.0)],
    ids=["left", "right", "top", "bottom"],
)
def test_a_cell_cut_by_one_border_measures_along_it(box: tuple[float, float, float, float]) -> None:
    assert measured(*[box] * 4) == pytest.approx(60)


@pytest.mark.parametrize(
    "box",
    [(0.0, 200.0, 29.0, 260.0), (200.0, 455.0, 260.0, 480.0), (0.0, 0.0, 40.0, 40.0), (600.0, 430.0, 640.0, 480.0)],
    ids=["less than half at the left", "less than half at the bottom", "a corner", "another corner"],
)
def test_a_cell_that_does_not_show_its_diameter_is_not_measured(box: tuple[float, float, float, float]) -> None:
    assert measured(*WHOLE[:3], *[box] * 20) is None
    assert measured(*WHOLE, *[box] * 20) == pytest.approx(50)


@settings(max_examples=15)
@given(st.integers(24, 200), st.integers(300, 1000), st.integers(200, 800))
def test_every_box_lies_in_the_image_at_any_scale(diameter: int, width: int, height: int) -> None:
    size = Size(width, height)
    boxes = look(paint(size, grid_of_discs(size, diameter))).found.boxes_xyxy_px

    assert bool((boxes[:, :2] >= 0).all())
    assert bool((boxes[:, 2:] <= torch.tensor([width, height])).all())
    assert bool((boxes[:, 2:] > boxes[:, :2]).all())
