"""How wide the red cells of a look are, and how sure that is."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from model.classes import CELL_CLASSES, CellClass
from model.decoding import RawDetections
from model.inference.border import cut_sides

MIN_RED_CELLS = 4
"""Fewer give no measure."""

MEASURING_SCORE = 0.35
"""Red cells from this score on are measured, unless the weights say otherwise."""

_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)
_Z_95 = 1.96
_TAIL_95 = 0.025
_MOST_EXACT = 100
"""Beyond this many cells the binomial distribution is taken as normal."""

_MAD_TO_SIGMA = 1.4826
"""Of normally distributed values, the standard deviation is this many times the median absolute deviation."""


@dataclass(frozen=True, slots=True)
class RedCellSize:
    """Median diameter of the measured red cells and the interval around it, in image pixels.

    ``low_px`` to ``high_px`` covers the median of all such cells with at least 95 %; for four or five cells
    it is their whole range, which covers it with 87 or 93 %. ``spread`` is the cells' robust standard
    deviation over their median, 1.4826 MAD / median (Rousseeuw and Croux, J Am Stat Assoc 1993;88:1273-83).
    """

    diameter_px: float
    low_px: float
    high_px: float
    spread: float
    cells: int

    @classmethod
    def of(cls, diameters_px: Tensor) -> Self | None:
        """The size told by single diameters (N), or None for fewer than four."""
        cells = len(diameters_px)
        if cells < MIN_RED_CELLS:
            return None
        ordered = diameters_px.double().sort().values
        median = float(ordered[(cells - 1) // 2] + ordered[cells // 2]) / 2
        deviations = (ordered - median).abs().sort().values
        rank = _lower_rank(cells)
        return cls(
            diameter_px=median,
            low_px=float(ordered[rank - 1]),
            high_px=float(ordered[cells - rank]),
            spread=_MAD_TO_SIGMA * float(deviations[cells // 2]) / median,
            cells=cells,
        )


def measure_red_cells(
    found: RawDetections, width: float, height: float, border_px: float, min_score: float = MEASURING_SCORE
) -> RedCellSize | None:
    """The size of the red cells found in an image, in its pixels, or None where too few can be measured.

    Measured are those with at least ``min_score``.

    A red cell inside the image measures (width + height) / 2. One that a single border cuts by less
    than half still shows its diameter along that border. Cells in a corner show none. A box that ends
    within ``border_px`` of the border is taken as cut by it.
    """
    chosen = (found.class_indices == _RED_CELL_INDEX) & (found.scores >= min_score)
    boxes = found.boxes_xyxy_px[chosen]
    sides = boxes[:, 2:] - boxes[:, :2]
    is_cut = cut_sides(boxes, width, height, border_px)
    is_half_visible = sides.amin(dim=1) >= sides.amax(dim=1) / 2
    whole = sides[~is_cut.any(dim=1)].mean(dim=1)
    # Cut along x, the height is whole; cut along y, the width is.
    along_border = sides.flip(1)[is_cut & ~is_cut.flip(1) & is_half_visible[:, None]]
    return RedCellSize.of(torch.cat([whole, along_border]))


def _lower_rank(cells: int) -> int:
    """Rank, from 1, of the value at which the 95 % interval of the median begins; it ends as far from the other end.

    The largest k with P(B <= k - 1) <= 2.5 % for B binomial with n = ``cells`` and p = 1/2, and for many
    cells n/2 - 1.96 sqrt(n)/2 (Campbell and Gardner, BMJ 1988;296:1454-6). Makes no assumption about how
    diameters are distributed, so a mixture of microcytes and macrocytes widens the interval as it should.
    """
    if cells > _MOST_EXACT:
        return math.floor(cells / 2 - _Z_95 * math.sqrt(cells) / 2)
    below, rank = 0.0, 0
    while rank < cells // 2:
        below += math.comb(cells, rank) / 2**cells
        if below > _TAIL_95:
            break
        rank += 1
    return max(rank, 1)
