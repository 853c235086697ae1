"""Platelets and the unlabelled specks that look a little like them."""

import numpy as np

from model.rendering.noise import smooth_noise
from model.rendering.shapes import Patch, coverage, ellipse, grid_around, outline_radius, wobble
from model.rendering.stain import Stain

_GRAIN_SHARE = 0.6


def draw_platelet(centre_xy: tuple[float, float], radius_px: float, stain: Stain, rng: np.random.Generator) -> Patch:
    """One platelet at a centre given in image pixels: a granular purple middle in a pale, ragged edge."""
    outline = ellipse(rng.uniform(1.0, 1.6), rng.uniform(0.0, np.pi)) * wobble(rng, 0.16) * np.float32(radius_px)
    grid = grid_around(centre_xy, float(outline.max()) + 2.0)
    distance, edge = outline_radius(grid, outline)
    covered = coverage(edge - distance, max(0.6, 0.1 * radius_px))
    middle = np.exp(-((distance / (edge * np.float32(rng.uniform(0.55, 0.95)))) ** 4))
    grains = smooth_noise(rng, grid.shape_hw, max(1.5, 0.3 * radius_px))
    strength = np.float32(0.35) + middle * (np.float32(rng.uniform(0.6, 1.1)) + np.float32(0.3) * grains)
    density = (np.maximum(strength, 0.1) * covered)[..., None] * stain.density(stain.platelet_rgb)
    return Patch(grid.left, grid.top, density.astype(np.float32), covered, opacity=0.25)


def draw_speck(
    centre_xy: tuple[float, float], red_cell_diameter_px: float, stain: Stain, rng: np.random.Generator
) -> Patch:
    """Unlabelled debris: a black grain of stain, or a blurred shadow out of focus."""
    is_grain = rng.random() < _GRAIN_SHARE
    share = rng.uniform(0.015, 0.045) if is_grain else rng.uniform(0.1, 0.35)
    radius = max(0.7, share * red_cell_diameter_px)
    outline = ellipse(rng.uniform(1.0, 2.2), rng.uniform(0.0, np.pi)) * wobble(rng, 0.2) * np.float32(radius)
    grid = grid_around(centre_xy, 2.0 * float(outline.max()) + 2.0)
    distance, edge = outline_radius(grid, outline)
    if is_grain:
        shade = coverage(edge - distance, 0.6) * np.float32(rng.uniform(0.5, 1.4))
        density = shade[..., None] * stain.density(stain.basophil_granule_rgb)
    else:
        shade = np.exp(-((distance / edge) ** 2)) * np.float32(rng.uniform(0.03, 0.16))
        density = shade[..., None] * np.array([1.1, 0.9, 1.0], dtype=np.float32)
    return Patch(grid.left, grid.top, density.astype(np.float32), shade)
