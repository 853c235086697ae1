"""Tiled equals untiled: the same cells, each once, wherever the seams and the cells lie and whatever the scale."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.classes import CellClass
from model.decoding import RawDetections, keep_distinct
from model.inference import load_cell_counter
from model.inference.counter import CountedField
from model.inference.gathering import found_near_core, gather
from model.inference.network_pass import NetworkPass
from model.inference.progress import StageTimer, TileProgress
from model.inference.tiles import Tile, tiles_of
from model.rendering import encode_png, random_recipe, render_smear
from model.types import Size
from tests.unit.inference.painted_cells import SETTINGS, Disc, dense, disc_pass, paint

CLASSES = (CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET)


@contextmanager
def tiles(core_px: int, halo_px: int) -> Iterator[None]:
    """Tiles of another size; small ones put many seams into a small image."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("model.inference.tiles.CORE_PX", core_px)
        patch.setattr("model.inference.tiles.HALO_PX", halo_px)
        yield


def look(image: NDArray[np.uint8], scale: float = 1.0) -> tuple[list[tuple[float, ...]], NDArray[np.float32]]:
    """Class, box and score of every cell found, in a fixed order, and their descriptors."""
    found = disc_pass().look(image, scale, 0.3, StageTimer()).found
    assert found.descriptors is not None
    columns = zip(found.class_indices.tolist(), found.boxes_xyxy_px.tolist(), found.scores.tolist(), strict=True)
    rows = [(index, *(round(side, 2) for side in box), round(score, 4)) for index, box, score in columns]
    order = sorted(range(len(rows)), key=lambda place: rows[place])
    return [rows[place] for place in order], found.descriptors[order].float().numpy()


@st.composite
def fields(draw: st.DrawFn) -> tuple[Size, list[Disc]]:
    """Discs on a loose grid, shifted so that they do not touch: on seams, in corners, cut by the border."""
    size = Size(draw(st.integers(200, 460)), draw(st.integers(200, 460)))
    pitch = 44
    places = [(x, y) for y in range(6, size.height + 10, pitch) for x in range(6, size.width + 10, pitch)]
    chosen = draw(st.lists(st.sampled_from(places), unique=True, max_size=40))
    shift, width = st.integers(-6, 6), st.integers(14, 24)
    return size, [
        Disc(x + draw(shift), y + draw(shift), draw(width), draw(st.sampled_from(CLASSES))) for x, y in chosen
    ]


@settings(max_examples=25, deadline=None)
@given(fields(), st.sampled_from([1.0, 0.8, 1.37]))
def test_the_same_cells_are_found_with_and_without_tiles(field: tuple[Size, list[Disc]], scale: float) -> None:
    size, discs = field
    image = paint(size, discs)
    with tiles(96, 64):
        tiled = look(image, scale)
    with tiles(10_000, 64):
        untiled = look(image, scale)

    assert tiled[0] == untiled[0]
    np.testing.assert_allclose(tiled[1], untiled[1], atol=2e-3)  # what a cell is named from


@settings(max_examples=25, deadline=None)
@given(st.integers(-14, 14), st.integers(-14, 14), st.integers(12, 30), st.sampled_from(CLASSES))
def test_a_cell_where_four_tiles_meet_is_found_once(dx: int, dy: int, width: int, cell_class: CellClass) -> None:
    size = Size(400, 300)
    with tiles(96, 64):
        first = next(tiles_of(size))
        image = paint(size, [Disc(first.core_right + dx, first.core_bottom + dy, width, cell_class)])
        assert len(look(image)[0]) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 7.9), st.floats(0, 0.2))
def test_no_cell_is_lost_or_doubled_where_two_tiles_place_it_differently(seed: int, jitter: float, swap: float) -> None:
    # What one tile sees of a cell differs a little from what its neighbour sees: by up to ``jitter`` pixels.
    generator = np.random.default_rng(seed)
    size = Size(2100, 1500)
    grid = np.stack(np.meshgrid(np.arange(30, 2100, 90), np.arange(30, 1500, 90)), axis=-1).reshape(-1, 2)
    cells = torch.from_numpy(grid + generator.uniform(-8, 8, grid.shape)).float()
    layout = list(tiles_of(size))
    parts = []
    for tile in layout:
        inside = (
            (cells >= torch.tensor([tile.left, tile.top])) & (cells < torch.tensor([tile.right, tile.bottom]))
        ).all(1)
        shifts = torch.from_numpy(generator.uniform(-jitter / 2, jitter / 2, (int(inside.sum()), 2))).float()
        middles = cells[inside] + shifts - torch.tensor([tile.left, tile.top])
        scores = torch.from_numpy(0.9 + swap * generator.uniform(-0.5, 0.5, len(middles))).float()
        seen = RawDetections(torch.cat([middles - 25, middles + 25], 1), scores, torch.zeros(len(middles)).long())
        parts.append(found_near_core(seen, tile))
    found = gather(parts, layout, SETTINGS).boxes_xyxy_px

    nearest = torch.cdist((found[:, :2] + found[:, 2:]) / 2, cells).argmin(dim=1)
    assert sorted(nearest.tolist()) == list(range(len(cells)))


def test_clearing_core_by_core_keeps_what_comparing_all_with_all_keeps() -> None:
    generator = torch.Generator().manual_seed(3)
    middles = torch.rand(3000, 2, generator=generator) * 2000
    sides = 20 + 60 * torch.rand(3000, 2, generator=generator)
    found = RawDetections(
        torch.cat([middles - sides / 2, middles + sides / 2], dim=1),
        torch.rand(3000, generator=generator),
        torch.randint(3, (3000,), generator=generator),
    )
    layout = list(tiles_of(Size(2000, 2000)))
    at_home = [
        found_near_core(found._replace(boxes_xyxy_px=found.boxes_xyxy_px - _corner(tile)), tile) for tile in layout
    ]

    gathered, all_at_once = gather(at_home, layout, SETTINGS), keep_distinct(found, SETTINGS)

    assert gathered.scores.tolist() == all_at_once.scores.tolist()
    assert gathered.class_indices.tolist() == all_at_once.class_indices.tolist()
    assert 2000 < len(gathered.scores) < 3000


def _corner(tile: Tile) -> torch.Tensor:
    return torch.tensor([tile.left, tile.top, tile.left, tile.top], dtype=torch.float32)


def test_an_enlarged_image_never_exists_as_a_whole() -> None:
    nothing = NetworkPass(
        lambda shown: dense(
            torch.full((1, 3, shown.shape[2] // 4, shown.shape[3] // 4), -9.0),
            torch.ones(1, 4, shown.shape[2] // 4, shown.shape[3] // 4),
        ),
        torch.device("cpu"),
        SETTINGS,
    )
    image = np.full((1000, 1500, 3), 230, np.uint8)
    progress = TileProgress()
    tracemalloc.start()
    nothing.look(image, 4.0, 0.3, StageTimer(), progress)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert progress.total == progress.done == 48
    assert peak < 6000 * 4000 * 3 / 4


def share_named_alike(one: CountedField, other: CountedField) -> float:
    """Of the red and white cells found at the same place, those whose own names rank the same one first."""
    places = [np.array([cell.box_xyxy_image_px for cell in field.result.cells]) for field in (one, other)]
    nearest = np.abs(places[0][:, None] - places[1][None]).max(axis=2)
    alike = []
    for first, second in zip(*np.nonzero(nearest < 3), strict=True):
        names = {CellClass.WHITE_BLOOD_CELL: slice(0, 7), CellClass.RED_BLOOD_CELL: slice(7, 19)}
        chosen = names.get(one.result.cells[first].cell_class)
        if chosen is not None:
            alike.append(one.name_logits[first, chosen].argmax() == other.name_logits[second, chosen].argmax())
    assert len(alike) > 30
    return float(np.mean(alike))


def test_the_shipped_network_counts_and_names_a_field_alike_with_and_without_tiles() -> None:
    counter = load_cell_counter(device="cpu")
    field = encode_png(render_smear(random_recipe(11, Size(1100, 700), 50.0)).image_hwc_u8)
    with tiles(512, 160):
        tiled_field = counter.count_with_logits(field, um_per_px=0.15)
    with tiles(10_000, 160):
        untiled_field = counter.count_with_logits(field, um_per_px=0.15)
    tiled, untiled = tiled_field.result.cells, untiled_field.result.cells

    assert len(untiled) > 40
    assert share_named_alike(tiled_field, untiled_field) > 0.95
    for cell_class in CLASSES:
        counts = [sum(cell.cell_class is cell_class for cell in cells) for cells in (tiled, untiled)]
        # A tile ends with zeros where the whole image goes on; a cell at its threshold may fall on the other side.
        assert abs(counts[0] - counts[1]) <= max(1, counts[1] // 100)
