"""What a rendered field shall hold."""

import math
from dataclasses import dataclass, field

from model.classes import RedCellSubtype, WhiteCellSubtype
from model.rendering.camera import Camera
from model.rendering.stain import Stain
from model.types import Size

_MIN_SIDE_PX = 32
_MAX_SIDE_PX = 8192
_MIN_DIAMETER_PX = 8.0
_MAX_DIAMETER_PX = 400.0
_MAX_FILLED_SHARE = 0.9
_WHITE_CELL_AREA = 4.0
_PLATELET_AREA = 0.16
DRAWN_WHITE_CELLS = (
    WhiteCellSubtype.NEUTROPHIL,
    WhiteCellSubtype.LYMPHOCYTE,
    WhiteCellSubtype.MONOCYTE,
    WhiteCellSubtype.EOSINOPHIL,
    WhiteCellSubtype.BASOPHIL,
)
"""The white-cell sub-types that can be drawn."""


@dataclass(frozen=True, slots=True)
class SmearRecipe:
    """What a rendered field holds and how it looks; the same recipe always gives the same image.

    ``red_cells``, ``white_cells`` and ``platelets`` are exact: so many are drawn and listed.
    ``white_cell_subtypes`` names each white cell, or is empty for a natural mix.
    ``red_cell_shares`` gives the share (0..1) of each abnormal shape among the red cells; the rest
    are normal. ``central_pallor`` (0..1) is how pale red cells are in the middle; ``clumping``
    (0..1) the share of red cells that touch or overlap another. ``debris`` is the number of
    unlabelled specks. Cells may be cut by the border unless ``cells_cut_by_border`` is False.

    Raises:
        ValueError: A number lies outside its range or the cells do not fit into the field.
    """

    size: Size = field(default_factory=lambda: Size(640, 480))
    red_cells: int = 25
    white_cells: int = 1
    platelets: int = 4
    red_cell_diameter_px: float = 80.0
    stain: Stain = field(default_factory=Stain)
    camera: Camera = field(default_factory=Camera)
    seed: int = 0
    white_cell_subtypes: tuple[WhiteCellSubtype, ...] = ()
    red_cell_shares: tuple[tuple[RedCellSubtype, float], ...] = ()
    central_pallor: float = 0.6
    clumping: float = 0.3
    edge_halo: float = 0.04
    debris: int = 3
    cells_cut_by_border: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        for side in (self.size.width, self.size.height):
            _check("the image's side", side, _MIN_SIDE_PX, _MAX_SIDE_PX)
        # A cell wider than the field would never show enough of itself.
        widest = min(_MAX_DIAMETER_PX, self.size.width, self.size.height)
        _check("red_cell_diameter_px", self.red_cell_diameter_px, _MIN_DIAMETER_PX, widest)
        for name in ("red_cells", "white_cells", "platelets", "debris", "seed"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 0:
                raise ValueError(f"{name} is {value!r}; give a whole number of 0 or more.")
        for name in ("central_pallor", "clumping", "edge_halo"):
            _check(name, getattr(self, name), 0.0, 1.0)
        self._check_subtypes()
        self._check_room()

    def _check_subtypes(self) -> None:
        if self.white_cell_subtypes and len(self.white_cell_subtypes) != self.white_cells:
            raise ValueError(
                f"{len(self.white_cell_subtypes)} white-cell sub-types are named for {self.white_cells} white cells; "
                "name one for each, or none."
            )
        for subtype in self.white_cell_subtypes:
            if subtype not in DRAWN_WHITE_CELLS:
                raise ValueError(f"a white cell of sub-type {subtype} cannot be drawn; use {list(DRAWN_WHITE_CELLS)}.")
        for shape, share in self.red_cell_shares:
            _check(f"the share of {shape}", share, 0.0, 1.0)
        total = sum(share for _, share in self.red_cell_shares)
        _check("the sum of red_cell_shares", total, 0.0, 1.0 + 1e-9)

    def _check_room(self) -> None:
        one_cell = math.pi / 4.0 * self.red_cell_diameter_px**2
        cells = self.red_cells + _WHITE_CELL_AREA * self.white_cells + _PLATELET_AREA * self.platelets
        filled = cells * one_cell / (self.size.width * self.size.height)
        alone = self.red_cells + self.white_cells + self.platelets <= 1
        if filled > _MAX_FILLED_SHARE and not alone:
            raise ValueError(
                f"the cells would fill {filled:.0%} of a {self.size.width}x{self.size.height} field, at most "
                f"{_MAX_FILLED_SHARE:.0%} is possible; ask for fewer or smaller cells, or a larger field."
            )


def _check(name: str, value: float, lowest: float, highest: float) -> None:
    # A comparison with NaN is False, so NaN is refused here too.
    if not lowest <= value <= highest:
        raise ValueError(f"{name} is {value}; choose a number from {lowest} to {highest}.")
