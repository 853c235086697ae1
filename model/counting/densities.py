"""From the count head's densities to the counts of a field, and whether they agree with the cells found."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.classes import CELL_CLASSES, CellClass
from model.config import COUNT_MARGINS_PX, COUNT_UNIT_PX2
from model.counting.counts import NUCLEATED_RED_CELL
from model.types import Size

_TOLERATED_SHARE = 0.25
"""Of the larger count: twice the count head's mean error in red cells of one image (model/MODEL_CARD.md)."""

_TOLERATED_DEVIATIONS = 3.0
"""In standard deviations of a count of that size (its square root, as counts of scattered cells are Poisson). How many
validation fields are told to disagree stands in the model card."""


@dataclass(frozen=True, slots=True)
class TileDensities:
    """What the count head said of one tile.

    ``densities`` are cells per ``COUNT_UNIT_PX2`` in the order of ``CELL_CLASSES``, ``padded_px`` the size of
    the network's input, ``shown_px`` the part of it that shows the field.
    """

    densities: tuple[float, ...]
    padded_px: Size
    shown_px: Size


def compute_head_counts(tiles: Sequence[TileDensities], field_px: Size) -> dict[str, float]:
    """Cells of each class in a field of ``field_px`` network-input pixels, by the count head.

    Cells a unit of area are averaged over the tiles by area; a window of w x h then shows
    density x (w + m) x (h + m) cells, those cut by its sides included, m being the class's margin
    (the edge effect of counting frames: Gundersen 1977, J Microsc 111:219).

    Raises:
        ValueError: There is no tile.
    """
    if not tiles:
        raise ValueError("no tile to count; give the densities of at least one")
    shown = sum(tile.shown_px.width * tile.shown_px.height for tile in tiles)
    counts = {}
    for index, (code, margin) in enumerate(zip(CELL_CLASSES, COUNT_MARGINS_PX, strict=True)):
        cells = sum(tile.densities[index] * tile.padded_px.width * tile.padded_px.height for tile in tiles)
        density_px2 = cells / COUNT_UNIT_PX2 / shown
        counts[code.value] = density_px2 * (field_px.width + margin) * (field_px.height + margin)
    return counts


def disagreeing_classes(counted: Mapping[str, int], head_counts: Mapping[str, float]) -> tuple[str, ...]:
    """Codes of the classes that the two ways of counting put further apart than both of them may err.

    The head counts nucleated red cells among the white cells, which they look like.
    """
    white = CellClass.WHITE_BLOOD_CELL.value
    found = {**counted, white: counted[white] + counted.get(NUCLEATED_RED_CELL, 0)}
    return tuple(code for code, expected in head_counts.items() if _is_apart(found[code], expected))


def _is_apart(counted: int, expected: float) -> bool:
    larger = max(float(counted), expected)
    allowed = max(_TOLERATED_SHARE * larger, _TOLERATED_DEVIATIONS * math.sqrt(max(larger, 1.0)))
    return abs(counted - expected) > allowed
