"""Tiles of a large input: cores cover it exactly once, halos stay inside it, and all share the network's grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.config import INPUT_MULTIPLE_PX
from model.inference.tiles import CORE_PX, HALO_PX, tiles_of
from model.types import Size

SIDES = st.integers(1, 4000)
SIZES = st.builds(Size, SIDES, SIDES)


@given(SIZES)
def test_every_pixel_lies_in_exactly_one_core(size: Size) -> None:
    covered = np.zeros((size.height, size.width), dtype=np.int8)
    for tile in tiles_of(size):
        covered[tile.core_top : tile.core_bottom, tile.core_left : tile.core_right] += 1

    assert covered.min() == covered.max() == 1


@given(SIZES)
def test_a_tile_is_its_core_and_a_halo_within_the_image(size: Size) -> None:
    for tile in tiles_of(size):
        assert (tile.left, tile.top) == (max(0, tile.core_left - HALO_PX), max(0, tile.core_top - HALO_PX))
        assert tile.right == min(size.width, tile.core_right + HALO_PX)
        assert tile.bottom == min(size.height, tile.core_bottom + HALO_PX)


@given(SIZES)
def test_a_tile_is_never_larger_than_memory_was_planned_for(size: Size) -> None:
    largest = CORE_PX + INPUT_MULTIPLE_PX + 2 * HALO_PX

    assert max(tile.right - tile.left for tile in tiles_of(size)) <= largest
    assert max(tile.bottom - tile.top for tile in tiles_of(size)) <= largest


@given(SIZES)
def test_all_tiles_begin_on_the_networks_coarsest_grid(size: Size) -> None:
    assert {tile.left % INPUT_MULTIPLE_PX for tile in tiles_of(size)} == {0}
    assert {tile.top % INPUT_MULTIPLE_PX for tile in tiles_of(size)} == {0}


@pytest.mark.parametrize(
    ("size", "tiles"), [(Size(320, 240), 1), (Size(928, 928), 1), (Size(929, 300), 2), (Size(3000, 2000), 12)]
)
def test_an_image_has_as_few_tiles_as_the_core_allows(size: Size, tiles: int) -> None:
    assert len(list(tiles_of(size))) == tiles
