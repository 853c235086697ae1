"""Mosaics of single cells: boxes lie on their cells, kinds come equally often, and nothing but names is taught."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.classes import NAMED_WHITE_SUBTYPES
from model.data.packed import PackedField
from model.training.mosaics import NamedCells, make_mosaic
from model.training.name_labels import UNNAMED
from model.training.targets import NameTargets
from tests.unit.training.named_fields import (
    PLATELET,
    RED,
    WHITE,
    Box,
    colour_of,
    named_field,
    painted,
    painted_box,
)

CROP_PX = 224
TILE_PX = CROP_PX // 2
SEEDS = st.integers(0, 10_000)
KINDS = [named_field([subtype.value]) for subtype in NAMED_WHITE_SUBTYPES]


def mosaic(fields: list[PackedField], seed: int, crop_px: int = CROP_PX) -> tuple[NDArray[np.uint8], NameTargets]:
    return make_mosaic(NamedCells(fields), crop_px, painted, np.random.default_rng(seed))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_each_tile_holds_its_cell_in_its_box_under_its_name(seed: int) -> None:
    picture, names = mosaic(KINDS, seed)

    assert picture.shape == (CROP_PX, CROP_PX, 3)
    assert (names.labels[4:] == UNNAMED).all()
    for number in range(4):
        top, left = number // 2 * TILE_PX, number % 2 * TILE_PX
        tile = picture[top : top + TILE_PX, left : left + TILE_PX]
        x1, y1, x2, y2 = painted_box(tile)
        drawn = np.array([x1 + left, y1 + top, x2 + left, y2 + top])
        assert np.abs(names.boxes_xyxy_px[number] - drawn).max() <= 2.0
        middle = tile[round((y1 + y2) / 2), round((x1 + x2) / 2)].astype(int)
        assert np.abs(middle - colour_of(int(names.labels[number]))).max() <= 8


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_box_of_a_long_cell_lies_along_it(seed: int) -> None:
    field = named_field(["monocyte"], boxes=[(60.0, 80.0, 130.0, 120.0)])
    picture, names = mosaic([field], seed, crop_px=112)

    drawn = painted_box(picture)
    found = tuple(names.boxes_xyxy_px[0].tolist())
    assert overlap(found, drawn) > 0.5  # 0.4 if it lay across a cell turned by a quarter
    middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in (found, drawn)]
    assert middles[0] == pytest.approx(middles[1], abs=1.5)


def test_cells_are_turned_mirrored_and_rescaled() -> None:
    field = named_field(["monocyte"], boxes=[(60.0, 80.0, 140.0, 120.0)])
    sizes = []
    for seed in range(40):
        x1, y1, x2, y2 = painted_box(mosaic([field], seed, crop_px=128)[0])
        sizes.append((x2 - x1, y2 - y1))

    assert min(width / height for width, height in sizes) < 0.7
    assert max(width / height for width, height in sizes) > 1.4
    longest = [max(size) for size in sizes]
    assert max(longest) - min(longest) > 10


def test_a_field_of_small_red_cells_is_enlarged_to_the_networks_scale() -> None:
    # Nine red cells 25 pixels wide, half of the network's scale; the white cell is as wide as two of them.
    red = [(float(x), float(y), x + 25.0, y + 25.0) for x in (0, 30, 60) for y in (0, 30, 60)]
    boxes = [(120.0, 120.0, 160.0, 160.0), *red]
    small = named_field(["eosinophil", *[None] * 9], boxes=boxes, class_indices=[WHITE, *[RED] * 9])
    sides, widths = [], []
    for seed in range(60):
        names = mosaic([small], seed, crop_px=112)[1]
        sides.append(float(names.boxes_xyxy_px[0, 2] - names.boxes_xyxy_px[0, 0]))
        widths.append(float(names.red_cell_px[0]))

    assert np.median(sides) == pytest.approx(80, abs=6)
    assert np.array(sides) / np.array(widths) == pytest.approx(40 / 25, rel=0.02)


def test_kinds_come_equally_often_however_many_cells_they_have() -> None:
    many = [named_field(["neutrophil"], name=str(number)) for number in range(90)]
    cells = NamedCells([*many, named_field(["basophil"]), named_field(["erythroblast"])])
    generator = np.random.default_rng(3)
    counts = Counter(cells.draw(generator).label for _ in range(900))

    assert len(counts) == 3
    assert min(counts.values()) > 230


def test_groups_of_sources_weigh_as_the_root_of_their_cells() -> None:
    many = [named_field(["neutrophil"], "deep-bio-net", name=str(number)) for number in range(81)]
    cells = NamedCells([*many, *(named_field(["neutrophil"], source) for source in ("txl-pbc-pbc", "bccd"))])
    generator = np.random.default_rng(3)
    counts = Counter(cells.draw(generator).field.source for _ in range(1100))

    assert counts["bccd"] == pytest.approx(100, abs=35)  # 13 if cells weighed the same, 367 if groups did
    assert counts["txl-pbc-pbc"] == pytest.approx(100, abs=35)


def test_only_white_cells_of_known_sub_type_are_drawn() -> None:
    assert not NamedCells([])
    assert not NamedCells([named_field([None])])
    assert not NamedCells([named_field(["unidentified"])])
    assert not NamedCells([named_field(["burr"], class_indices=[RED])])
    assert not NamedCells([named_field([None], class_indices=[PLATELET])])
    assert NamedCells([named_field(["basophil"])])


def test_the_same_draw_gives_the_same_mosaic_and_another_one_another() -> None:
    first, again, other = (mosaic(KINDS, seed) for seed in (5, 5, 6))

    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1].boxes_xyxy_px, again[1].boxes_xyxy_px)
    assert np.array_equal(first[1].labels, again[1].labels)
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize(("crop_px", "cells"), [(64, 1), (224, 4), (256, 4), (320, 4), (352, 9)])
def test_crops_hold_as_many_tiles_as_fit(crop_px: int, cells: int) -> None:
    picture, names = mosaic(KINDS, 1, crop_px)

    assert picture.shape == (crop_px, crop_px, 3)
    assert int((names.labels != UNNAMED).sum()) == cells
    assert float(names.boxes_xyxy_px.max()) <= crop_px
