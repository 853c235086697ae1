"""Cutting a large input into overlapping tiles whose cores cover it exactly once."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from model.types import Size

CORE_PX = 768
"""Side of a tile's core, in input pixels: about fifteen red cells."""

HALO_PX = 160
"""Context around the core, more than three red cells: a cell centred in the core is seen whole."""


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
    """Equal stretches of at most the core's side; a short input is one stretch."""
    if length <= CORE_PX + HALO_PX:
        return [(0, length)]
    count = -(-length // CORE_PX)
    edges = [round(index * length / count) for index in range(count + 1)]
    return list(itertools.pairwise(edges))
