"""Red cells: biconcave discs, seen as a dense rim around a pale middle."""

import numpy as np

from model.classes import RedCellSubtype
from model.rendering.arrays import Floats
from model.rendering.noise import smooth_noise
from model.rendering.pallor import draw_pallor
from model.rendering.red_cell_look import RedCellLook
from model.rendering.red_cell_outlines import red_cell_outline
from model.rendering.shapes import Grid, Patch, coverage, grid_around, outline_radius

_GHOST_SHARE = 0.03


def draw_red_cell(
    centre_xy: tuple[float, float],
    radius_px: float,
    subtype: RedCellSubtype,
    look: RedCellLook,
    rng: np.random.Generator,
) -> Patch:
    """One red cell at a centre given in image pixels; ``radius_px`` is that of a disc of its area."""
    outline = red_cell_outline(subtype, rng) * np.float32(radius_px)
    grid = grid_around(centre_xy, float(outline.max()) + 0.1 * radius_px + 2.0)
    distance, edge = outline_radius(grid, outline)
    depth = edge - distance
    covered = coverage(depth, max(0.5, 0.02 * radius_px * rng.uniform(0.6, 2.4)))
    thickness = 1.0 - draw_pallor(grid, outline, subtype, look, rng)
    thickness += _rim(depth, radius_px, look, rng) + _unevenness(grid, radius_px, rng)
    density: Floats = covered * thickness * np.float32(_cell_strength(rng))
    if look.edge_halo > 0.0:
        density -= _halo(depth, look)
    return Patch(grid.left, grid.top, density[..., None] * look.density_rgb, covered, look.opacity)


def _cell_strength(rng: np.random.Generator) -> float:
    """A cell's own density; a few have lost most of their haemoglobin."""
    if rng.random() < _GHOST_SHARE:
        return float(rng.uniform(0.45, 0.75))
    return float(np.clip(rng.normal(1.0, 0.07), 0.8, 1.25))


def _rim(depth: Floats, radius_px: float, look: RedCellLook, rng: np.random.Generator) -> Floats:
    """Stain gathers at the rim: a darker line just inside the outline."""
    width = np.float32(look.rim_width * radius_px)
    strength = np.float32(look.rim_strength * rng.uniform(0.6, 1.4))
    line: Floats = strength * np.exp(-(((depth - 0.8 * width) / width) ** 2))
    return line


def _unevenness(grid: Grid, radius_px: float, rng: np.random.Generator) -> Floats:
    slope = rng.normal(0.0, 0.06, 2).astype(np.float32) / np.float32(radius_px)
    clouds = np.float32(0.02) * smooth_noise(rng, grid.shape_hw, 0.3 * radius_px)
    return np.asarray(clouds + slope[0] * grid.dx + slope[1] * grid.dy, np.float32)


def _halo(depth: Floats, look: RedCellLook) -> Floats:
    """The bright line of diffraction around a cell, as a lack of density."""
    width = np.float32(max(1.0, 0.035 * look.diameter_px))
    ring = np.exp(-(((depth + np.float32(1.2) * width) / width) ** 2))
    mean = float(look.density_rgb.mean())
    halo: Floats = np.float32(look.edge_halo / max(mean, 0.05)) * ring
    return halo
