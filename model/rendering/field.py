"""Composes one field: places and draws its cells, and lists exactly those."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype
from model.rendering.arrays import Pixels
from model.rendering.camera import photograph
from model.rendering.canvas import Canvas
from model.rendering.debris import draw_debris
from model.rendering.placement import Near, Placement
from model.rendering.platelets import draw_platelet
from model.rendering.recipe import DRAWN_WHITE_CELLS, SmearRecipe
from model.rendering.red_cell_look import red_cell_look
from model.rendering.red_cell_outlines import RADIUS_FACTOR
from model.rendering.red_cells import draw_red_cell
from model.rendering.shapes import Patch
from model.rendering.white_cells import DIAMETER_RANGE, draw_white_cell
from model.types import BoxXyxy

_MIN_VISIBLE_SHARE = 0.15
_ATTEMPTS = 60
_PLATELETS_ON_RED_CELLS = 0.15
_PLATELETS_IN_CLUMPS = 0.15
_WHITE_CELL_MIX = (0.55, 0.25, 0.1, 0.07, 0.03)


@dataclass(frozen=True, slots=True)
class ReferenceCell:
    """One cell that was drawn: its class, the box around its visible part and its sub-type."""

    cell_class: CellClass
    box_xyxy_image_px: BoxXyxy
    subtype: RedCellSubtype | WhiteCellSubtype | None = None


@dataclass(frozen=True, slots=True)
class RenderedSmear:
    """A rendered field (RGB, height by width by 3, 8 bits) and all cells in it."""

    image_hwc_u8: Pixels
    cells: tuple[ReferenceCell, ...]


def render_smear(recipe: SmearRecipe) -> RenderedSmear:
    """Draw the field that a recipe describes; the same recipe gives the same bytes.

    Raises:
        ValueError: A cell found no place where enough of it is visible.
    """
    return _Field(recipe).render()


class _Field:
    """The state of one rendering."""

    def __init__(self, recipe: SmearRecipe) -> None:
        self._recipe = recipe
        # One random stream a purpose: more noise or debris does not move the cells.
        streams = np.random.SeedSequence(recipe.seed).spawn(3)
        self._rng, self._debris_rng, self._camera_rng = (np.random.default_rng(stream) for stream in streams)
        self._canvas = Canvas(recipe.size)
        self._placement = Placement(recipe.size, self._rng, may_cross_border=recipe.cells_cut_by_border)
        self._cells: list[ReferenceCell] = []

    def render(self) -> RenderedSmear:
        """Draw everything, from the lowest layer up."""
        recipe = self._recipe
        # White cells take their places first, as the largest; they are drawn over the red cells.
        white_patches = self._place_white_cells()
        self._draw_red_cells()
        for patch in white_patches:
            self._canvas.add(patch)
        self._draw_platelets()
        self._draw_debris()
        light = self._canvas.light(np.asarray(recipe.stain.background_rgb, dtype=np.float32))
        return RenderedSmear(photograph(light, recipe.camera, self._camera_rng), tuple(self._cells))

    def _place_white_cells(self) -> list[Patch]:
        recipe, patches = self._recipe, []
        subtypes = recipe.white_cell_subtypes or tuple(
            DRAWN_WHITE_CELLS[index]
            for index in self._rng.choice(len(DRAWN_WHITE_CELLS), recipe.white_cells, p=_WHITE_CELL_MIX)
        )
        for subtype in subtypes:
            radius = 0.5 * recipe.red_cell_diameter_px * float(self._rng.uniform(*DIAMETER_RANGE[subtype]))

            def draw(centre: tuple[float, float], radius: float = radius, subtype: WhiteCellSubtype = subtype) -> Patch:
                return draw_white_cell(centre, radius, subtype, recipe.stain, self._rng)

            centre, patch = self._settle(draw, radius, overlap=0.0)
            self._placement.add(centre, radius, firmness=4.0)
            self._canvas.reserve(patch)
            patches.append(patch)
            self._list(CellClass.WHITE_BLOOD_CELL, patch, subtype)
        return patches

    def _draw_red_cells(self) -> None:
        recipe = self._recipe
        look = red_cell_look(recipe, self._rng)
        for subtype in self._red_cell_subtypes():
            size = float(np.clip(self._rng.normal(1.0, 0.07), 0.8, 1.25)) * RADIUS_FACTOR.get(subtype, 1.0)
            radius = 0.5 * recipe.red_cell_diameter_px * size

            def draw(centre: tuple[float, float], radius: float = radius, subtype: RedCellSubtype = subtype) -> Patch:
                return draw_red_cell(centre, radius, subtype, look, self._rng)

            clumped = bool(self._rng.random() < recipe.clumping)
            overlap = float(self._rng.beta(1.2, 1.8)) if clumped else 0.0
            centre, patch = self._settle(draw, radius, overlap=overlap, near="any cell" if clumped else "anywhere")
            self._placement.add(centre, radius)
            self._canvas.add(patch)
            self._list(CellClass.RED_BLOOD_CELL, patch, subtype)

    def _red_cell_subtypes(self) -> list[RedCellSubtype]:
        recipe = self._recipe
        names = [RedCellSubtype.NORMAL, *(shape for shape, _ in recipe.red_cell_shares)]
        shares = [share for _, share in recipe.red_cell_shares]
        chances = [max(0.0, 1.0 - sum(shares)), *shares]
        return [names[index] for index in self._rng.choice(len(names), recipe.red_cells, p=chances)]

    def _draw_platelets(self) -> None:
        recipe = self._recipe
        for number in range(recipe.platelets):
            radius = 0.5 * recipe.red_cell_diameter_px * float(self._rng.uniform(0.25, 0.46))

            def draw(centre: tuple[float, float], radius: float = radius) -> Patch:
                return draw_platelet(centre, radius, recipe.stain, self._rng)

            chance = self._rng.random()
            overlap = 2.0 if chance < _PLATELETS_ON_RED_CELLS else 0.0
            near: Near = "last" if number > 0 and chance > 1.0 - _PLATELETS_IN_CLUMPS else "anywhere"
            centre, patch = self._settle(draw, radius, overlap=overlap, near=near)
            self._placement.add(centre, radius, firmness=2.0)
            self._canvas.add(patch)
            self._list(CellClass.PLATELET, patch, None)

    def _draw_debris(self) -> None:
        recipe, rng = self._recipe, self._debris_rng
        for _ in range(recipe.debris):
            centre = (float(rng.uniform(0, recipe.size.width)), float(rng.uniform(0, recipe.size.height)))
            self._canvas.add(draw_debris(centre, recipe.red_cell_diameter_px, recipe.stain, rng))

    def _settle(
        self, draw: Callable[[tuple[float, float]], Patch], radius: float, *, overlap: float, near: Near = "anywhere"
    ) -> tuple[tuple[float, float], Patch]:
        """Draw a cell where enough of it will be seen."""
        for attempt in range(_ATTEMPTS):
            centre = self._placement.choose(radius, overlap=overlap, near=near if attempt == 0 else "anywhere")
            patch = draw(centre)
            if self._canvas.visible_share(patch) >= _MIN_VISIBLE_SHARE:
                return centre, patch
        raise ValueError("a cell found no visible place in the field; ask for fewer cells or a larger field.")

    def _list(self, cell_class: CellClass, patch: Patch, subtype: RedCellSubtype | WhiteCellSubtype | None) -> None:
        self._cells.append(ReferenceCell(cell_class, self._canvas.visible_box(patch), subtype))
