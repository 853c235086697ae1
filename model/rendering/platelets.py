"""Platelets."""

import numpy as np

from model.rendering.arrays import Floats
from model.rendering.noise import smooth_noise
from model.rendering.shapes import Patch, coverage, ellipse, grid_around, outline_radius, wobble
from model.rendering.stain import Stain

_OPACITY = 0.3


def draw_platelet(centre_xy: tuple[float, float], radius_px: float, stain: Stain, rng: np.random.Generator) -> Patch:
    """One platelet at a centre given in image pixels: a granular purple middle in a pale, ragged edge."""
    outline = ellipse(rng.uniform(1.0, 1.6), rng.uniform(0.0, np.pi)) * wobble(rng, 0.12) * np.float32(radius_px)
    grid = grid_around(centre_xy, float(outline.max()) + 3.0)
    distance, edge = outline_radius(grid, outline)
    ragged = np.float32(rng.uniform(0.02, 0.08) * radius_px) * smooth_noise(rng, grid.shape_hw, 0.35 * radius_px)
    covered = coverage(edge - distance + ragged, max(0.6, radius_px * rng.uniform(0.08, 0.25)))
    middle = np.exp(-((distance / (edge * np.float32(rng.uniform(0.5, 1.0)))) ** 4))
    grains = smooth_noise(rng, grid.shape_hw, max(1.5, 0.2 * radius_px))
    grain_contrast = np.float32(rng.uniform(0.1, 0.35))
    pale, dark = np.float32(rng.uniform(0.3, 0.5)), np.float32(rng.uniform(0.3, 0.7))
    strength = pale + middle * (dark + grain_contrast * grains)
    density: Floats = (np.maximum(strength, 0.15) * covered)[..., None] * stain.density(stain.platelet_rgb)
    return Patch(grid.left, grid.top, density, covered, opacity=_OPACITY)
