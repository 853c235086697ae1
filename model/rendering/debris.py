"""Unlabelled things on a slide: grains of stain, shadows out of focus, bright bubbles."""

import numpy as np

from model.rendering.arrays import Floats
from model.rendering.shapes import Grid, Patch, coverage, ellipse, grid_around, outline_radius, wobble
from model.rendering.stain import Stain

_KINDS = ("grain", "grains", "shadow", "bubble")
_CHANCES = (0.4, 0.12, 0.28, 0.2)


def draw_debris(
    centre_xy: tuple[float, float], red_cell_diameter_px: float, stain: Stain, rng: np.random.Generator
) -> Patch:
    """One piece of debris of a random kind, always smaller or fainter than a platelet."""
    kind = str(rng.choice(_KINDS, p=_CHANCES))
    grid = grid_around(centre_xy, 0.5 * red_cell_diameter_px + 4.0)
    if kind == "grain":
        density = _grain(grid, (0.0, 0.0), red_cell_diameter_px, stain, rng)
    elif kind == "grains":
        density = _grains(grid, red_cell_diameter_px, stain, rng)
    elif kind == "shadow":
        density = _shadow(grid, red_cell_diameter_px, rng)
    else:
        density = _bubble(grid, red_cell_diameter_px, rng)
    return Patch(grid.left, grid.top, density, np.zeros(grid.shape_hw, dtype=np.float32))


def _grain(
    grid: Grid, offset_xy: tuple[float, float], diameter_px: float, stain: Stain, rng: np.random.Generator
) -> Floats:
    radius = max(0.7, rng.uniform(0.012, 0.04) * diameter_px)
    outline = ellipse(rng.uniform(1.0, 2.2), rng.uniform(0.0, np.pi)) * wobble(rng, 0.2) * np.float32(radius)
    moved = Grid(grid.left, grid.top, grid.dx - np.float32(offset_xy[0]), grid.dy - np.float32(offset_xy[1]))
    distance, edge = outline_radius(moved, outline)
    shade = coverage(edge - distance, 0.6) * np.float32(rng.uniform(0.4, 1.3))
    density: Floats = shade[..., None] * stain.density(stain.basophil_granule_rgb)
    return density


def _grains(grid: Grid, diameter_px: float, stain: Stain, rng: np.random.Generator) -> Floats:
    """Precipitated stain: a loose row of grains."""
    x, y = 0.0, 0.0
    density = np.zeros((*grid.shape_hw, 3), dtype=np.float32)
    for _ in range(int(rng.integers(3, 8))):
        np.maximum(density, _grain(grid, (x, y), 0.8 * diameter_px, stain, rng), out=density)
        step_x, step_y = rng.normal(0.0, 0.09 * diameter_px, 2)
        x, y = x + float(step_x), y + float(step_y)
    return density


def _shadow(grid: Grid, diameter_px: float, rng: np.random.Generator) -> Floats:
    radius = rng.uniform(0.1, 0.24) * diameter_px
    outline = ellipse(rng.uniform(1.0, 2.0), rng.uniform(0.0, np.pi)) * np.float32(radius)
    distance, edge = outline_radius(grid, outline)
    shade = np.exp(-((distance / edge) ** 2)) * np.float32(rng.uniform(0.03, 0.14))
    density: Floats = shade[..., None] * np.array([1.1, 0.9, 1.0], dtype=np.float32)
    return density


def _bubble(grid: Grid, diameter_px: float, rng: np.random.Generator) -> Floats:
    """A refractile spot, as drying leaves on red cells: bright inside a thin dark ring."""
    radius = rng.uniform(0.03, 0.1) * diameter_px
    distance = np.hypot(grid.dx, grid.dy)
    width = np.float32(max(0.8, 0.3 * radius))
    ring = np.exp(-(((distance - np.float32(radius)) / width) ** 2)) * np.float32(rng.uniform(0.1, 0.45))
    middle = np.exp(-((distance / np.float32(0.7 * radius)) ** 2)) * np.float32(rng.uniform(0.1, 0.35))
    density: Floats = np.repeat((ring - middle)[..., None], 3, axis=2)
    return density
