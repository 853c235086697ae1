"""Cutting a large input into overlapping tiles whose cores cover it exactly once."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from model.config import INPUT_MULTIPLE_PX
from model.types import Size

CORE_PX = 768
"""Side of a tile's core, in input pixels: about fifteen red cells."""

HALO_PX = 160
"""Context around the core, more than three red cells: a cell centred in the core is seen whole. A multiple
of ``INPUT_MULTIPLE_PX``, as the cores' edges are."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile in input pixels: what is looked at (with halo) and the core whose centres count."""

    left: int
    top: int
    right: int
    bottom: int
    core_left: int
    core_top: int
    core_right: int
    core_bottom: int


def tiles_of(size: Size) -> Iterator[Tile]:
    """Tiles row by row; every point of the input lies in exactly one core."""
    for core_top, core_bottom in _cores(size.height):
        for core_left, core_right in _cores(size.width):
            yield Tile(
                left=max(0, core_left - HALO_PX),
                top=max(0, core_top - HALO_PX),
                right=min(size.width, core_right + HALO_PX),
                bottom=min(size.height, core_bottom + HALO_PX),
                core_left=core_left,
                core_top=core_top,
                core_right=core_right,
                core_bottom=core_bottom,
            )


def _cores(length: int) -> list[tuple[int, int]]:
    """Stretches of about equal length, hardly longer than the core's side; a short input is one stretch.

    Their edges lie on the network's coarsest grid, so that neighbouring tiles see a cell on their seam
    alike; otherwise each could place its centre in the other's core, and the cell would be lost.
    """
    if length <= CORE_PX + HALO_PX:
        return [(0, length)]
    count = -(-length // CORE_PX)
    edges = [index * length // count // INPUT_MULTIPLE_PX * INPUT_MULTIPLE_PX for index in range(count)]
    return list(itertools.pairwise([*edges, length]))
