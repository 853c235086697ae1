"""One look at an image: boxes come back in image pixels, and tiling changes nothing."""

import numpy as np
import pytest
import torch

from model.classes import CellClass
from model.decoding import RawDetections
from model.inference.network_pass import NetworkPass
from model.inference.progress import StageTimer
from model.inference.tiles import tiles_of
from model.network import DenseOutput
from model.types import Size
from tests.unit.inference.painted_cells import SETTINGS, Disc, dense, disc_pass, paint

RED, WHITE, PLATELET = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET
LARGE = Size(1000, 960)


def look(discs: list[Disc], size: Size, *, scale: float = 1.0, rounding_px: int = 1) -> RawDetections:
    return disc_pass(rounding_px).look(paint(size, discs), scale, 0.3, StageTimer()).found


def crowd(size: Size, spacing: int = 61) -> list[Disc]:
    """Discs of several sizes over the whole field, at places that fall on both sides of every seam and on it."""
    generator = np.random.default_rng(6)
    discs = []
    for y in range(30, size.height, spacing):
        for x in range(30, size.width, spacing):
            dx, dy = generator.integers(-4, 5, 2)
            discs.append(Disc(float(x + dx), float(y + dy), float(generator.integers(26, 46))))
    return discs


def boxes(found: RawDetections) -> list[tuple[float, ...]]:
    return sorted(tuple(round(side, 1) for side in box) for box in found.boxes_xyxy_px.tolist())


@pytest.mark.parametrize("scale", [1.0, 0.5, 2.0, 0.77])
def test_boxes_are_in_pixels_of_the_image_whatever_the_scale(scale: float) -> None:
    found = look(
        [Disc(60, 80, 40), Disc(200, 100, 60, WHITE), Disc(150, 30, 20, PLATELET)], Size(300, 160), scale=scale
    )

    by_class = {int(index): box for index, box in zip(found.class_indices, found.boxes_xyxy_px.tolist(), strict=True)}
    tolerance = 1.5 / scale
    assert by_class[0] == pytest.approx([40, 60, 80, 100], abs=tolerance)
    assert by_class[1] == pytest.approx([170, 70, 230, 130], abs=tolerance)
    assert by_class[2] == pytest.approx([140, 20, 160, 40], abs=tolerance)


def test_cells_cut_by_the_border_are_listed_and_their_boxes_end_there() -> None:
    found = look([Disc(5, 80, 40), Disc(297, 100, 40), Disc(150, 2, 40), Disc(200, 158, 40)], Size(300, 160))

    assert len(found.scores) == 4
    assert float(found.boxes_xyxy_px.min()) == 0.0
    assert float(found.boxes_xyxy_px[:, 2].max()) == 300.0
    assert float(found.boxes_xyxy_px[:, 3].max()) == 160.0


def test_an_image_that_cannot_be_halved_exactly_keeps_its_boxes_in_place() -> None:
    # 64 x 65 px become 32 x 32: half a rescaled row at the bottom is left out, and nothing is stretched.
    def one_cell(_images: torch.Tensor) -> DenseOutput:
        heat = torch.full((1, 3, 8, 8), -9.0)
        heat[0, 0, 3, 3] = 3.0
        distances = torch.tensor([10.0, 6.0, 10.0, 14.0]).view(1, 4, 1, 1).expand(1, 4, 8, 8)
        return dense(heat, distances)

    found = (
        NetworkPass(one_cell, torch.device("cpu"), SETTINGS)
        .look(np.zeros((65, 64, 3), np.uint8), 0.5, 0.3, StageTimer())
        .found
    )

    assert found.boxes_xyxy_px.tolist() == [[8.0, 16.0, 48.0, 56.0]]


class _Wild:
    """An engine that boxes the whole neighbourhood at every position, far beyond the image."""

    def __call__(self, images: torch.Tensor) -> DenseOutput:
        height, width = images.shape[2] // 4, images.shape[3] // 4
        heat = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(8)) * 4
        reach = torch.rand(1, 4, height, width, generator=torch.Generator().manual_seed(9)) * 60 - 10
        return dense(heat, reach)


def test_no_box_is_empty_or_leaves_the_image_whatever_the_network_says() -> None:
    found = (
        NetworkPass(_Wild(), torch.device("cpu"), SETTINGS)
        .look(np.zeros((70, 101, 3), np.uint8), 1.3, 0.1, StageTimer())
        .found
    )

    assert len(found.scores) > 20
    assert bool((found.boxes_xyxy_px[:, :2] >= 0).all())
    assert bool((found.boxes_xyxy_px[:, 2] <= 101).all())
    assert bool((found.boxes_xyxy_px[:, 3] <= 70).all())
    assert bool((found.boxes_xyxy_px[:, 2:] > found.boxes_xyxy_px[:, :2]).all())


@pytest.mark.parametrize("rounding_px", [1, 4])
def test_a_tiled_look_finds_what_an_untiled_one_does(rounding_px: int, monkeypatch: pytest.MonkeyPatch) -> None:
    discs = crowd(LARGE)
    tiled = look(discs, LARGE, rounding_px=rounding_px)
    monkeypatch.setattr("model.inference.tiles.CORE_PX", 10_000)
    untiled = look(discs, LARGE, rounding_px=rounding_px)

    assert len(tiled.scores) == len(discs)
    assert boxes(tiled) == boxes(untiled)


def test_a_cell_on_a_seam_is_counted_once() -> None:
    size = Size(1000, 600)
    seam = next(tiles_of(size)).core_right
    assert 0 < seam < size.width
    discs = [Disc(seam + shift, 40 + 70.0 * number, 31) for number, shift in enumerate((-2, -1, -0.5, 0, 0.5, 1, 2))]

    assert len(look(discs, size).scores) == len(discs)


@pytest.mark.parametrize("size", [Size(64, 64), Size(65, 97), Size(1, 300), Size(2000, 64)])
def test_images_of_any_shape_can_be_looked_at(size: Size) -> None:
    assert len(look([], size, scale=0.4).scores) == 0


def test_the_time_of_each_stage_is_added_up() -> None:
    timer = StageTimer()
    for _ in range(2):
        disc_pass().look(paint(Size(64, 64), []), 0.5, 0.3, timer)

    assert set(timer.timings_ms) == {"resize", "network", "decoding"}
    assert min(timer.timings_ms.values()) > 0
