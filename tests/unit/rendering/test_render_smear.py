"""What a rendered field holds is exactly what its recipe and its list of cells say."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype
from model.rendering import SmearRecipe, example_recipe, random_recipe, render_smear
from model.rendering.camera import ideal_camera
from model.rendering.recipe import DRAWN_WHITE_CELLS
from model.types import BoxXyxy, Size

_CLEAN = SmearRecipe(Size(320, 240), 0, 0, 0, red_cell_diameter_px=50.0, camera=ideal_camera(), edge_halo=0.0, debris=0)
_EMPTY_IMAGE = render_smear(_CLEAN).image_hwc_u8


def _counts(recipe: SmearRecipe) -> tuple[int, int, int]:
    found = Counter(cell.cell_class for cell in render_smear(recipe).cells)
    return found[CellClass.RED_BLOOD_CELL], found[CellClass.WHITE_BLOOD_CELL], found[CellClass.PLATELET]


def _box_of_drawn_pixels(image: np.ndarray) -> BoxXyxy:
    # Half of the contrast of the palest cytoplasm, since a pixel at the edge is half covered.
    difference = np.abs(image.astype(int) - _EMPTY_IMAGE.astype(int)).max(axis=2)
    drawn = difference > 8
    columns, rows = np.flatnonzero(drawn.any(axis=0)), np.flatnonzero(drawn.any(axis=1))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _overlap(one: BoxXyxy, other: BoxXyxy) -> float:
    """Area shared by two boxes as a share of their union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0.0) * max(height, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def test_the_same_recipe_gives_the_same_field() -> None:
    recipe = random_recipe(3, Size(320, 240), 50.0)
    first, second = render_smear(recipe), render_smear(recipe)
    assert np.array_equal(first.image_hwc_u8, second.image_hwc_u8)
    assert first.cells == second.cells


def test_another_seed_gives_another_field() -> None:
    recipe = SmearRecipe(Size(320, 240), 6, 1, 2, 50.0)
    assert render_smear(recipe).cells != render_smear(replace(recipe, seed=1)).cells


def test_debris_and_camera_do_not_move_the_cells() -> None:
    recipe = SmearRecipe(Size(320, 240), 6, 1, 2, 50.0)
    plain = replace(recipe, debris=20, camera=ideal_camera())
    assert render_smear(recipe).cells == render_smear(plain).cells


@pytest.mark.parametrize("counts", [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (20, 1, 5), (28, 0, 12), (0, 3, 0)])
def test_as_many_cells_are_listed_as_the_recipe_asks_for(counts: tuple[int, int, int]) -> None:
    red, white, platelets = counts
    assert _counts(SmearRecipe(Size(320, 240), red, white, platelets, 50.0)) == counts


@pytest.mark.parametrize("seed", range(12))
def test_random_fields_hold_what_their_recipe_says(seed: int) -> None:
    recipe = random_recipe(seed, Size(300, 300), 50.0)
    assert _counts(recipe) == (recipe.red_cells, recipe.white_cells, recipe.platelets)


@pytest.mark.parametrize("size", [Size(64, 64), Size(101, 333), Size(640, 480)])
def test_the_image_has_the_size_asked_for(size: Size) -> None:
    image = render_smear(SmearRecipe(size, 2, 0, 1, 24.0)).image_hwc_u8
    assert image.shape == (size.height, size.width, 3)
    assert image.dtype == np.uint8


def test_a_field_without_cells_is_evenly_pale() -> None:
    assert np.unique(_EMPTY_IMAGE.reshape(-1, 3), axis=0).shape[0] == 1
    assert render_smear(_CLEAN).cells == ()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", list(RedCellSubtype))
def test_the_box_of_a_red_cell_fits_its_pixels(shape: RedCellSubtype, seed: int) -> None:
    shares = () if shape is RedCellSubtype.NORMAL else ((shape, 1.0),)
    rendered = render_smear(replace(_CLEAN, red_cells=1, red_cell_shares=shares, seed=seed))
    (cell,) = rendered.cells
    assert cell.subtype is shape
    assert cell.box_xyxy_image_px == pytest.approx(_box_of_drawn_pixels(rendered.image_hwc_u8), abs=2.0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("subtype", DRAWN_WHITE_CELLS)
def test_the_box_of_a_white_cell_fits_its_pixels(subtype: WhiteCellSubtype, seed: int) -> None:
    rendered = render_smear(replace(_CLEAN, white_cells=1, white_cell_subtypes=(subtype,), seed=seed))
    (cell,) = rendered.cells
    assert cell.subtype is subtype
    assert cell.box_xyxy_image_px == pytest.approx(_box_of_drawn_pixels(rendered.image_hwc_u8), abs=3.0)


@pytest.mark.parametrize("seed", range(12))
def test_the_box_of_a_platelet_fits_its_pixels(seed: int) -> None:
    rendered = render_smear(replace(_CLEAN, platelets=1, seed=seed))
    (cell,) = rendered.cells
    assert cell.box_xyxy_image_px == pytest.approx(_box_of_drawn_pixels(rendered.image_hwc_u8), abs=3.0)


def test_sizes_relate_to_the_red_cell_as_on_a_slide() -> None:
    recipe = SmearRecipe(Size(960, 720), 30, 3, 10, 60.0, cells_cut_by_border=False, camera=ideal_camera())
    widths: dict[CellClass, list[float]] = {name: [] for name in CellClass}
    for cell in render_smear(recipe).cells:
        x1, y1, x2, y2 = cell.box_xyxy_image_px
        widths[cell.cell_class].append(((x2 - x1) * (y2 - y1)) ** 0.5 / 60.0)
    assert np.median(widths[CellClass.RED_BLOOD_CELL]) == pytest.approx(1.0, abs=0.08)
    assert 1.1 <= min(widths[CellClass.WHITE_BLOOD_CELL]) <= max(widths[CellClass.WHITE_BLOOD_CELL]) <= 2.8
    assert 0.2 <= min(widths[CellClass.PLATELET]) <= max(widths[CellClass.PLATELET]) <= 0.65


@pytest.mark.parametrize("seed", range(8))
def test_every_box_lies_inside_the_image_and_has_an_area(seed: int) -> None:
    rendered = render_smear(random_recipe(seed, Size(320, 240), 40.0))
    for cell in rendered.cells:
        x1, y1, x2, y2 = cell.box_xyxy_image_px
        assert 0 <= x1 < x2 <= 320
        assert 0 <= y1 < y2 <= 240


def test_cells_stay_inside_the_image_when_the_border_may_not_cut_them() -> None:
    recipe = replace(_CLEAN, red_cells=12, white_cells=1, platelets=4, cells_cut_by_border=False)
    for cell in render_smear(recipe).cells:
        x1, y1, x2, y2 = cell.box_xyxy_image_px
        assert x1 > 0
        assert y1 > 0
        assert x2 < 320
        assert y2 < 240


@pytest.mark.parametrize("seed", range(20))
def test_no_two_cells_lie_on_the_same_place(seed: int) -> None:
    boxes = [cell.box_xyxy_image_px for cell in render_smear(random_recipe(seed, Size(300, 300), 50.0)).cells]
    for number, one in enumerate(boxes):
        assert all(_overlap(one, other) < 0.6 for other in boxes[number + 1 :])


@pytest.mark.parametrize("diameter_px", [8.0, 24.0, 48.0])
def test_a_lone_cell_can_be_drawn_at_any_scale(diameter_px: float) -> None:
    for seed in range(10):
        assert _counts(SmearRecipe(Size(64, 48), 1, 0, 0, diameter_px, seed=seed)) == (1, 0, 0)
        assert _counts(SmearRecipe(Size(64, 48), 0, 1, 0, diameter_px, seed=seed)) == (0, 1, 0)


def test_overlapping_red_cells_are_darker_where_they_cross() -> None:
    recipe = replace(_CLEAN, red_cells=2, clumping=1.0, central_pallor=0.0, cells_cut_by_border=False)
    darkest = [render_smear(replace(recipe, seed=seed)).image_hwc_u8.min() for seed in range(8)]
    alone = [render_smear(replace(recipe, red_cells=1, seed=seed)).image_hwc_u8.min() for seed in range(8)]
    assert min(darkest) < 0.8 * min(alone)


def test_the_example_is_a_full_field_without_odd_shapes() -> None:
    recipe = example_recipe()
    rendered = render_smear(recipe)
    found = Counter(cell.cell_class for cell in rendered.cells)
    assert 60 <= found[CellClass.RED_BLOOD_CELL] <= 90
    assert found[CellClass.WHITE_BLOOD_CELL] == 3
    assert 6 <= found[CellClass.PLATELET] <= 10
    whites = [cell for cell in rendered.cells if cell.cell_class is CellClass.WHITE_BLOOD_CELL]
    for cell in whites:
        x1, y1, x2, y2 = cell.box_xyxy_image_px
        assert x1 > 0
        assert y1 > 0
        assert x2 < recipe.size.width
        assert y2 < recipe.size.height
