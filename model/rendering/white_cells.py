"""White cells: cytoplasm, granules and nucleus of the five common sub-types."""

from dataclasses import dataclass

import numpy as np

from model.classes import WhiteCellSubtype
from model.rendering.arrays import Floats
from model.rendering.noise import smooth_noise
from model.rendering.nuclei import nucleus_depth
from model.rendering.shapes import Grid, Patch, coverage, ellipse, grid_around, outline_radius, wobble
from model.rendering.stain import ColourRgb, Stain

DIAMETER_RANGE = {
    WhiteCellSubtype.NEUTROPHIL: (1.55, 2.0),
    WhiteCellSubtype.LYMPHOCYTE: (1.15, 1.75),
    WhiteCellSubtype.MONOCYTE: (1.85, 2.5),
    WhiteCellSubtype.EOSINOPHIL: (1.6, 2.1),
    WhiteCellSubtype.BASOPHIL: (1.5, 1.9),
}
"""Lowest and highest diameter of each sub-type, in diameters of a red cell."""


@dataclass(frozen=True, slots=True)
class _Granules:
    """Granules of the cytoplasm: colour, diameter as a share of the cell's radius, share of area, strength."""

    colour_rgb: ColourRgb
    size: float
    threshold: float
    strength: float


def draw_white_cell(
    centre_xy: tuple[float, float],
    radius_px: float,
    subtype: WhiteCellSubtype,
    stain: Stain,
    rng: np.random.Generator,
) -> Patch:
    """One white cell at a centre given in image pixels."""
    irregular = 0.05 if subtype in {WhiteCellSubtype.MONOCYTE, WhiteCellSubtype.NEUTROPHIL} else 0.03
    outline = ellipse(rng.uniform(1.0, 1.18), rng.uniform(0.0, np.pi)) * wobble(rng, irregular) * np.float32(radius_px)
    grid = grid_around(centre_xy, float(outline.max()) + 3.0)
    distance, edge = outline_radius(grid, outline)
    depth = edge - distance
    covered = coverage(depth, max(0.5, 0.015 * radius_px))
    nucleus = nucleus_depth(grid, radius_px, subtype, rng)
    # The nucleus never reaches beyond the cell's membrane.
    nucleus_cover = coverage(np.minimum(nucleus, depth - np.float32(0.04 * radius_px)), max(0.6, 0.02 * radius_px))
    density = _cytoplasm(grid, radius_px, subtype, stain, rng)
    rim = np.exp(-((depth / np.float32(0.09 * radius_px)) ** 2)) * np.float32(0.3)
    density *= ((1.0 - nucleus_cover) * (1.0 + rim))[..., None]
    density += _chromatin(grid, nucleus, radius_px, stain, rng) * nucleus_cover[..., None]
    if subtype is WhiteCellSubtype.BASOPHIL:
        density += _granules(grid, radius_px, _basophil_granules(stain), stain, rng) * np.float32(0.7)
    return Patch(grid.left, grid.top, density * covered[..., None], covered, opacity=0.93)


def _cytoplasm(
    grid: Grid, radius_px: float, subtype: WhiteCellSubtype, stain: Stain, rng: np.random.Generator
) -> Floats:
    blue = subtype in {WhiteCellSubtype.LYMPHOCYTE, WhiteCellSubtype.MONOCYTE}
    colour = stain.blue_cytoplasm_rgb if blue else stain.pink_cytoplasm_rgb
    clouds = smooth_noise(rng, grid.shape_hw, 0.22 * radius_px)
    strength = rng.uniform(0.75, 1.15) * (1.0 + np.float32(0.1) * clouds)
    density: Floats = strength[..., None] * stain.density(colour)
    if subtype is WhiteCellSubtype.EOSINOPHIL:
        density += _granules(grid, radius_px, _Granules(stain.eosinophil_granule_rgb, 0.09, -0.35, 1.0), stain, rng)
    if subtype is WhiteCellSubtype.NEUTROPHIL:
        density += _granules(grid, radius_px, _Granules(stain.platelet_rgb, 0.05, 0.5, 0.4), stain, rng)
    if subtype is WhiteCellSubtype.MONOCYTE:
        density *= _vacuoles(grid, radius_px, rng)[..., None]
    return density


def _basophil_granules(stain: Stain) -> _Granules:
    return _Granules(stain.basophil_granule_rgb, 0.12, 0.1, 0.9)


def _granules(grid: Grid, radius_px: float, granules: _Granules, stain: Stain, rng: np.random.Generator) -> Floats:
    field = smooth_noise(rng, grid.shape_hw, max(1.5, granules.size * radius_px))
    spots = np.clip((field - np.float32(granules.threshold)) * 2.0, 0.0, 1.0) * np.float32(granules.strength)
    density: Floats = spots[..., None] * stain.density(granules.colour_rgb)
    return density


def _vacuoles(grid: Grid, radius_px: float, rng: np.random.Generator) -> Floats:
    kept = np.ones(grid.shape_hw, dtype=np.float32)
    for _ in range(int(rng.integers(0, 7))):
        angle, reach = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.3, 0.9) * radius_px
        size = rng.uniform(0.04, 0.08) * radius_px
        distance = np.hypot(grid.dx - np.float32(reach * np.cos(angle)), grid.dy - np.float32(reach * np.sin(angle)))
        kept *= 1.0 - np.float32(0.7) * coverage(np.float32(size) - distance, 0.7)
    return kept


def _chromatin(grid: Grid, depth: Floats, radius_px: float, stain: Stain, rng: np.random.Generator) -> Floats:
    clumps = smooth_noise(rng, grid.shape_hw, max(2.0, rng.uniform(0.08, 0.16) * radius_px))
    broad = smooth_noise(rng, grid.shape_hw, 0.4 * radius_px)
    rim = np.exp(-((depth / np.float32(0.07 * radius_px)) ** 2)) * np.float32(0.12)
    strength = np.float32(rng.uniform(0.88, 1.08)) + np.float32(0.1) * clumps + np.float32(0.07) * broad + rim
    density: Floats = strength[..., None] * stain.density(stain.nucleus_rgb)
    return density
