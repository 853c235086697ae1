"""White cells of the five common sub-types: cytoplasm and membrane, around the nucleus."""

import numpy as np

from model.classes import WhiteCellSubtype
from model.rendering.arrays import Floats
from model.rendering.granules import scatter_granules
from model.rendering.noise import smooth_noise
from model.rendering.nuclei import draw_chromatin, nucleus_depth
from model.rendering.shapes import Grid, Patch, coverage, ellipse, grid_around, outline_radius, wobble
from model.rendering.stain import Stain

DIAMETER_RANGE = {
    WhiteCellSubtype.NEUTROPHIL: (1.55, 2.0),
    WhiteCellSubtype.LYMPHOCYTE: (1.15, 1.75),
    WhiteCellSubtype.MONOCYTE: (1.85, 2.5),
    WhiteCellSubtype.EOSINOPHIL: (1.6, 2.1),
    WhiteCellSubtype.BASOPHIL: (1.5, 1.9),
}
"""Lowest and highest diameter of each sub-type, in diameters of a red cell."""

_IRREGULARITY = {WhiteCellSubtype.MONOCYTE: 0.07, WhiteCellSubtype.NEUTROPHIL: 0.06}
_OPACITY = 0.93


def draw_white_cell(
    centre_xy: tuple[float, float],
    radius_px: float,
    subtype: WhiteCellSubtype,
    stain: Stain,
    rng: np.random.Generator,
) -> Patch:
    """One white cell at a centre given in image pixels."""
    shape = ellipse(rng.uniform(1.0, 1.2), rng.uniform(0.0, np.pi)) * wobble(rng, _IRREGULARITY.get(subtype, 0.04))
    outline = shape * np.float32(radius_px)
    grid = grid_around(centre_xy, float(outline.max()) + 3.0)
    distance, edge = outline_radius(grid, outline)
    ragged = np.float32(0.012 * radius_px) * smooth_noise(rng, grid.shape_hw, 0.12 * radius_px)
    depth = edge - distance + ragged
    covered = coverage(depth, max(0.5, radius_px * rng.uniform(0.012, 0.05)))
    nucleus = nucleus_depth(grid, radius_px, subtype, rng)
    # The nucleus never reaches beyond the cell's membrane.
    inner = np.minimum(nucleus, depth - np.float32(0.04 * radius_px))
    nucleus_cover = coverage(inner, max(0.6, radius_px * rng.uniform(0.015, 0.04)))
    rim = np.float32(rng.uniform(0.0, 0.35)) * np.exp(-((depth / np.float32(0.09 * radius_px)) ** 2))
    density = _cytoplasm(grid, radius_px, subtype, stain, rng)
    density *= ((1.0 - nucleus_cover) * (1.0 + rim))[..., None]
    density += draw_chromatin(grid, nucleus, radius_px, stain, rng) * nucleus_cover[..., None]
    if subtype is WhiteCellSubtype.BASOPHIL:
        density = _under_granules(density, grid, radius_px, stain, rng)
    return Patch(grid.left, grid.top, density * covered[..., None], covered, opacity=_OPACITY)


def _cytoplasm(
    grid: Grid, radius_px: float, subtype: WhiteCellSubtype, stain: Stain, rng: np.random.Generator
) -> Floats:
    blue = subtype in {WhiteCellSubtype.LYMPHOCYTE, WhiteCellSubtype.MONOCYTE}
    colour = stain.blue_cytoplasm_rgb if blue else stain.pink_cytoplasm_rgb
    clouds = smooth_noise(rng, grid.shape_hw, 0.22 * radius_px)
    grains = smooth_noise(rng, grid.shape_hw, 0.05 * radius_px)
    strength = np.float32(rng.uniform(0.65, 1.15)) * (1.0 + np.float32(0.12) * clouds + np.float32(0.08) * grains)
    density: Floats = strength[..., None] * stain.density(colour)
    if subtype is WhiteCellSubtype.EOSINOPHIL:
        packing = rng.uniform(1.1, 2.2)
        spots = scatter_granules(grid, radius_px, rng.uniform(0.075, 0.11) * radius_px, packing, rng)
        density = 0.8 * density + np.float32(rng.uniform(0.7, 0.95)) * spots[..., None] * stain.density(
            stain.eosinophil_granule_rgb
        )
    if subtype is WhiteCellSubtype.NEUTROPHIL:
        spots = scatter_granules(grid, radius_px, 0.045 * radius_px, rng.uniform(0.05, 0.5), rng)
        density += np.float32(rng.uniform(0.1, 0.5)) * spots[..., None] * stain.density(stain.platelet_rgb)
    if subtype is WhiteCellSubtype.MONOCYTE:
        density *= _vacuoles(grid, radius_px, rng)[..., None]
    return density


def _under_granules(density: Floats, grid: Grid, radius_px: float, stain: Stain, rng: np.random.Generator) -> Floats:
    """The cell below the dark granules of a basophil, which lie over the nucleus as well."""
    diameter = rng.uniform(0.08, 0.13) * radius_px
    spots = scatter_granules(grid, 0.97 * radius_px, diameter, rng.uniform(0.5, 1.4), rng)[..., None]
    granules = stain.density(stain.basophil_granule_rgb) * np.float32(rng.uniform(0.9, 1.1))
    covered: Floats = density * (1.0 - spots) + spots * np.maximum(granules, density)
    return covered


def _vacuoles(grid: Grid, radius_px: float, rng: np.random.Generator) -> Floats:
    kept = np.ones(grid.shape_hw, dtype=np.float32)
    for _ in range(int(rng.integers(0, 7))):
        angle, reach = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.3, 0.9) * radius_px
        size = rng.uniform(0.04, 0.08) * radius_px
        distance = np.hypot(grid.dx - np.float32(reach * np.cos(angle)), grid.dy - np.float32(reach * np.sin(angle)))
        kept *= 1.0 - np.float32(0.7) * coverage(np.float32(size) - distance, 0.7)
    return kept
