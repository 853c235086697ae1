"""Nuclei of white cells: lobes, kidneys and discs, and their chromatin."""

from collections.abc import Sequence

import numpy as np

from model.classes import WhiteCellSubtype
from model.rendering.arrays import Floats
from model.rendering.noise import smooth_noise
from model.rendering.shapes import Grid
from model.rendering.stain import Stain

Disc = tuple[float, float, float]
"""x, y and radius, relative to the cell's centre and radius."""

_LOBE_SIZE = {2: 0.36, 3: 0.32, 4: 0.275, 5: 0.24}
_LOBE_SPAN = {2: 2.6, 3: 3.6, 4: 4.0, 5: 4.5}


def nucleus_depth(grid: Grid, radius_px: float, subtype: WhiteCellSubtype, rng: np.random.Generator) -> Floats:
    """Depth of every pixel inside the nucleus's outline, in pixels, positive inside."""
    depth = np.full(grid.shape_hw, -radius_px, dtype=np.float32)
    for x, y, size in _discs(subtype, rng):
        distance = np.hypot(grid.dx - np.float32(x * radius_px), grid.dy - np.float32(y * radius_px))
        np.maximum(depth, np.float32(size * radius_px) - distance, out=depth)
    uneven = smooth_noise(rng, grid.shape_hw, 0.3 * radius_px)
    return depth + np.float32(0.04 * radius_px) * uneven


def draw_chromatin(grid: Grid, depth: Floats, radius_px: float, stain: Stain, rng: np.random.Generator) -> Floats:
    """Density of a nucleus, height by width by 3: dark clumps of chromatin parted by lighter cracks."""
    clumps = smooth_noise(rng, grid.shape_hw, rng.uniform(0.045, 0.1) * radius_px)
    broad = smooth_noise(rng, grid.shape_hw, 0.45 * radius_px)
    # Where a smooth field crosses zero it draws a net of thin lines.
    cracks = np.exp(-((clumps / np.float32(0.35)) ** 2)) * np.float32(rng.uniform(0.0, 0.3))
    rim = np.exp(-((depth / np.float32(0.07 * radius_px)) ** 2)) * np.float32(rng.uniform(0.0, 0.2))
    strength = np.float32(rng.uniform(0.88, 1.08)) + np.float32(0.07) * clumps + np.float32(0.09) * broad + rim - cracks
    density: Floats = strength[..., None] * stain.density(stain.nucleus_rgb)
    return density


def _discs(subtype: WhiteCellSubtype, rng: np.random.Generator) -> Sequence[Disc]:
    if subtype is WhiteCellSubtype.LYMPHOCYTE:
        return _round_nucleus(rng, rng.uniform(0.68, 0.92))
    if subtype is WhiteCellSubtype.MONOCYTE:
        return _kidney(rng)
    if subtype is WhiteCellSubtype.BASOPHIL:
        return _lobes(rng, int(rng.choice([2, 3])), 1.25)
    if subtype is WhiteCellSubtype.EOSINOPHIL:
        return _lobes(rng, int(rng.choice([2, 2, 2, 3])), 1.0)
    return _lobes(rng, int(rng.choice([2, 3, 3, 4, 4, 5])), 1.0)


def _round_nucleus(rng: np.random.Generator, size: float) -> list[Disc]:
    x, y = rng.normal(0.0, 0.3 * (1.0 - size), 2)
    turn, spread = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.0, 0.1)
    step_x, step_y = spread * np.cos(turn), spread * np.sin(turn)
    return [(x + step_x, y + step_y, size - spread), (x - step_x, y - step_y, size - spread)]


def _kidney(rng: np.random.Generator) -> list[Disc]:
    start, span = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(1.8, 3.8)
    radius, width = rng.uniform(0.36, 0.46), rng.uniform(0.28, 0.4)
    middle = start + 0.5 * span
    swelling = rng.normal(0.0, 0.12, 2)
    result = []
    for share in np.linspace(0.0, 1.0, 14):
        angle = start + span * share
        x = radius * (np.cos(angle) - 0.4 * np.cos(middle))
        y = radius * (np.sin(angle) - 0.4 * np.sin(middle))
        thickness = 1.0 + swelling[0] * np.cos(np.pi * share) + swelling[1] * np.sin(np.pi * share)
        result.append((float(x), float(y), float(width * thickness)))
    return result


def _lobes(rng: np.random.Generator, count: int, size_factor: float) -> list[Disc]:
    """Lobes along an arc through the cell, joined by thin strands."""
    span = _LOBE_SPAN[count] * rng.uniform(0.8, 1.05)
    start, radius = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.42, 0.52)
    shift_x, shift_y = rng.normal(0.0, 0.06, 2)
    strand = rng.uniform(0.04, 0.2)
    result: list[Disc] = []
    for number in range(count):
        angle = start + span * number / (count - 1)
        reach = radius * rng.uniform(0.75, 1.12)
        x, y = float(reach * np.cos(angle) + shift_x), float(reach * np.sin(angle) + shift_y)
        lobe = _LOBE_SIZE[count] * size_factor * rng.uniform(0.82, 1.12)
        if result:
            result += _strand(result[-1], (x, y, lobe), strand)
        # Two discs side by side make a lobe oval.
        tilt = angle + rng.normal(np.pi / 2.0, 0.6)
        side = rng.uniform(0.2, 0.45) * lobe
        side_x, side_y = side * float(np.cos(tilt)), side * float(np.sin(tilt))
        result += [(x + side_x, y + side_y, 0.85 * lobe), (x - side_x, y - side_y, 0.85 * lobe), (x, y, 0.9 * lobe)]
    return result


def _strand(one: Disc, other: Disc, width: float) -> list[Disc]:
    return [
        (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]), width)
        for share in (0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85)
    ]
