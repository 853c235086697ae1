"""The pale middle of red cells."""

import numpy as np

from model.classes import RedCellSubtype
from model.rendering.arrays import Floats
from model.rendering.red_cell_look import RedCellLook
from model.rendering.shapes import Grid, outline_radius

_STRENGTH_FACTOR = {
    RedCellSubtype.SPHEROCYTE: 0.0,
    RedCellSubtype.SCHISTOCYTE: 0.15,
    RedCellSubtype.MICROCYTE: 0.6,
}
_MIN_STRENGTH = {
    RedCellSubtype.HYPOCHROMIA: 0.8,
    RedCellSubtype.TARGET: 0.65,
    RedCellSubtype.STOMATOCYTE: 0.65,
}
_EXTENT_FACTOR = {RedCellSubtype.HYPOCHROMIA: 1.45, RedCellSubtype.TARGET: 1.3}
_HIGHEST = 0.93


def draw_pallor(
    grid: Grid, outline: Floats, subtype: RedCellSubtype, look: RedCellLook, rng: np.random.Generator
) -> Floats:
    """Lack of density (0..1) of every pixel of the window."""
    strength = look.central_pallor * _STRENGTH_FACTOR.get(subtype, 1.0) * rng.uniform(0.55, 1.25)
    strength = min(max(strength, _MIN_STRENGTH.get(subtype, 0.0)), _HIGHEST)
    extent = look.pallor_extent * rng.uniform(0.8, 1.2) * _EXTENT_FACTOR.get(subtype, 1.0)
    steepness = look.pallor_steepness * rng.uniform(0.8, 1.25)
    relative = _distance(grid, outline, subtype, rng) / np.float32(extent)
    pallor: Floats = np.float32(strength) / (1.0 + relative ** np.float32(steepness))
    if subtype is RedCellSubtype.TARGET:
        pallor *= 1.0 - np.float32(0.95) * np.exp(-((relative / np.float32(0.5)) ** 2))
    return pallor


def _distance(grid: Grid, outline: Floats, subtype: RedCellSubtype, rng: np.random.Generator) -> Floats:
    """Distance of every pixel from the pallor's middle, in radii of the cell, stretched along one axis."""
    radius = float(outline.mean())
    shift_x, shift_y = rng.normal(0.0, 0.06 * radius, 2)
    turn = rng.uniform(0.0, np.pi)
    dx, dy = grid.dx - np.float32(shift_x), grid.dy - np.float32(shift_y)
    along = dx * np.float32(np.cos(turn)) + dy * np.float32(np.sin(turn))
    across = dy * np.float32(np.cos(turn)) - dx * np.float32(np.sin(turn))
    if subtype is RedCellSubtype.STOMATOCYTE:
        return np.asarray(np.hypot(along * np.float32(0.95), across * np.float32(2.0)) / np.float32(radius))
    rounded = np.hypot(along / np.float32(rng.uniform(1.0, 1.2)), across) / np.float32(radius)
    distance, edge = outline_radius(Grid(grid.left, grid.top, dx, dy), outline)
    # Half round, half like the outline: the pallor of an oval cell is oval too.
    mixed: Floats = 0.5 * rounded + 0.5 * distance / edge
    return mixed
