"""Red cells: rim, central pallor and the abnormal shapes."""

from dataclasses import dataclass

import numpy as np

from model.classes import RedCellSubtype
from model.rendering.arrays import Floats
from model.rendering.red_cell_outlines import red_cell_outline
from model.rendering.shapes import Grid, Patch, coverage, grid_around, outline_radius

_PALLOR_FACTOR = {
    RedCellSubtype.SPHEROCYTE: 0.0,
    RedCellSubtype.SCHISTOCYTE: 0.15,
    RedCellSubtype.MICROCYTE: 0.6,
    RedCellSubtype.HYPOCHROMIA: 1.5,
    RedCellSubtype.TARGET: 1.2,
    RedCellSubtype.STOMATOCYTE: 1.2,
}


@dataclass(frozen=True, slots=True)
class RedCellLook:
    """What red cells of one slide share: density, pallor (0..1) and the bright halo at their edge (density)."""

    density_rgb: Floats
    central_pallor: float
    edge_halo: float
    diameter_px: float


def draw_red_cell(
    centre_xy: tuple[float, float],
    radius_px: float,
    subtype: RedCellSubtype,
    look: RedCellLook,
    rng: np.random.Generator,
) -> Patch:
    """One red cell at a centre given in image pixels; ``radius_px`` is that of a disc of its area."""
    outline = red_cell_outline(subtype, rng) * np.float32(radius_px)
    grid = grid_around(centre_xy, float(outline.max()) + 0.08 * radius_px + 2.0)
    distance, edge = outline_radius(grid, outline)
    depth = edge - distance
    softness = max(0.5, 0.02 * radius_px * rng.uniform(0.6, 2.2))
    covered = coverage(depth, softness)
    thickness = _thickness(grid, outline, subtype, look.central_pallor, rng) + _rim(depth, radius_px, rng)
    density: Floats = covered * thickness * np.float32(rng.normal(1.0, 0.07))
    if look.edge_halo > 0.0:
        density -= _halo(depth, look)
    return Patch(grid.left, grid.top, density[..., None] * look.density_rgb, covered)


def _thickness(
    grid: Grid,
    outline: Floats,
    subtype: RedCellSubtype,
    central_pallor: float,
    rng: np.random.Generator,
) -> Floats:
    radius = float(outline.mean())
    strength = central_pallor * _PALLOR_FACTOR.get(subtype, 1.0) * rng.uniform(0.55, 1.25)
    extent = rng.uniform(0.3, 0.55) * (1.35 if subtype is RedCellSubtype.HYPOCHROMIA else 1.0)
    steepness = rng.uniform(2.0, 5.0)
    relative = _pallor_distance(grid, outline, subtype, rng) / np.float32(extent)
    pallor = 1.0 / (1.0 + relative ** np.float32(steepness))
    if subtype is RedCellSubtype.TARGET:
        pallor *= 1.0 - np.float32(0.95) * np.exp(-((relative / np.float32(0.55)) ** 2))
    thickness = 1.0 - np.float32(min(strength, 0.93)) * pallor
    slope = rng.normal(0.0, 0.05, 2).astype(np.float32) / np.float32(radius)
    return np.asarray(thickness + slope[0] * grid.dx + slope[1] * grid.dy, np.float32)


def _rim(depth: Floats, radius_px: float, rng: np.random.Generator) -> Floats:
    """Stain gathers at the rim: a thin darker line just inside the outline."""
    width, strength = np.float32(0.06 * radius_px), np.float32(rng.uniform(0.05, 0.3))
    line: Floats = strength * np.exp(-(((depth - 0.8 * width) / width) ** 2))
    return line


def _pallor_distance(grid: Grid, outline: Floats, subtype: RedCellSubtype, rng: np.random.Generator) -> Floats:
    radius = float(outline.mean())
    shift_x, shift_y = rng.normal(0.0, 0.06 * radius, 2)
    turn = rng.uniform(0.0, np.pi)
    stretch = 2.0 if subtype is RedCellSubtype.STOMATOCYTE else rng.uniform(1.0, 1.2)
    dx, dy = grid.dx - np.float32(shift_x), grid.dy - np.float32(shift_y)
    along = dx * np.float32(np.cos(turn)) + dy * np.float32(np.sin(turn))
    across = dy * np.float32(np.cos(turn)) - dx * np.float32(np.sin(turn))
    shifted = Grid(grid.left, grid.top, dx, dy)
    if subtype is RedCellSubtype.STOMATOCYTE:
        return np.asarray(
            np.hypot(along / np.float32(stretch), across * np.float32(1.5)) / np.float32(0.7 * radius), np.float32
        )
    distance, edge = outline_radius(shifted, outline)
    # Half round, half like the outline: the pallor of an oval cell is oval too.
    rounded = np.hypot(along / np.float32(stretch), across) / np.float32(radius)
    mixed: Floats = 0.5 * rounded + 0.5 * distance / edge
    return mixed


def _halo(depth: Floats, look: RedCellLook) -> Floats:
    width = np.float32(max(1.0, 0.035 * look.diameter_px))
    ring = np.exp(-(((depth + np.float32(1.2) * width) / width) ** 2))
    mean = float(look.density_rgb.mean())
    halo: Floats = np.float32(look.edge_halo / max(mean, 0.05)) * ring
    return halo
