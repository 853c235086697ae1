"""Concentrations from a counting chamber, and whether its two sides agree."""

import math
from dataclasses import dataclass

from app.schemas.figures import Estimate
from app.schemas.measurements import ChamberCount
from app.services.figures.cell_ratios import scaled
from app.services.figures.intervals import count_interval

_TWO_SIDED_95 = 1.96


@dataclass(frozen=True, slots=True)
class UsualChamber:
    """How a class of cell is usually counted in an improved Neubauer chamber; ``squares`` in words."""

    squares: int
    square_area_mm2: float
    depth_mm: float
    dilution: float
    words: str


NEUBAUER = {
    "RBC": UsualChamber(5, 0.04, 0.1, 200, "5 of the 25 centre groups, diluted 1:200"),
    "WBC": UsualChamber(4, 1.0, 0.1, 20, "4 corner squares, diluted 1:20"),
    "PLT": UsualChamber(25, 0.04, 0.1, 100, "all 25 centre groups, diluted 1:100"),
}
"""Improved Neubauer chamber, 0.1 mm deep, by class (reference/clinical.md 1.2; laboratoryinfo.com, after Henry)."""


def chamber_concentration_per_ul(count: ChamberCount) -> Estimate:
    """Cells per microlitre of blood, both sides together.

    N x dilution / (area x depth), 1 mm3 being 1 microlitre (reference/clinical.md 1.1, F8); the area is that of both
    sides. The interval is the exact one of the count (Garwood): dilution and filling of the chamber come on top.

    Raises:
        ValueError: The second side is not counted.
    """
    if count.side_b is None:
        raise ValueError("a chamber is counted on both sides; count side B too")
    cells = count.side_a + count.side_b
    volume_ul = 2 * count.squares * count.square_area_mm2 * count.depth_mm
    return scaled(Estimate(value=float(cells), interval=count_interval(cells)), count.dilution / volume_ul)


def sides_agree(side_a: int, side_b: int) -> bool:
    """Whether two counts of the same blood differ no more than chance lets them nineteen times in twenty.

    |A - B| <= 1.96 sqrt(A + B), the difference of two Poisson counts (reference/clinical.md 1.2 and 3.3).
    """
    return abs(side_a - side_b) <= _TWO_SIDED_95 * math.sqrt(side_a + side_b)
