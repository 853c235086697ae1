"""Nuclei of white cells: lobes, kidneys and discs."""

import numpy as np

from model.classes import WhiteCellSubtype
from model.rendering.arrays import Floats
from model.rendering.noise import smooth_noise
from model.rendering.shapes import Grid

Disc = tuple[float, float, float]
"""x, y and radius, relative to the cell's centre and radius."""


def nucleus_depth(grid: Grid, radius_px: float, subtype: WhiteCellSubtype, rng: np.random.Generator) -> Floats:
    """Depth of every pixel inside the nucleus's outline, in pixels, positive inside."""
    discs = _discs(subtype, rng)
    depth = np.full(grid.shape_hw, -np.float32(radius_px), dtype=np.float32)
    for x, y, size in discs:
        distance = np.hypot(grid.dx - np.float32(x * radius_px), grid.dy - np.float32(y * radius_px))
        np.maximum(depth, np.float32(size * radius_px) - distance, out=depth)
    uneven = smooth_noise(rng, grid.shape_hw, 0.38 * radius_px)
    return depth + np.float32(0.035 * radius_px) * uneven


def _discs(subtype: WhiteCellSubtype, rng: np.random.Generator) -> list[Disc]:
    if subtype is WhiteCellSubtype.LYMPHOCYTE:
        return _round_nucleus(rng, rng.uniform(0.74, 0.9))
    if subtype is WhiteCellSubtype.MONOCYTE:
        return _arc(
            rng, discs=14, radius=rng.uniform(0.36, 0.46), width=rng.uniform(0.3, 0.38), span=rng.uniform(2.0, 3.6)
        )
    if subtype is WhiteCellSubtype.BASOPHIL:
        return _round_nucleus(rng, rng.uniform(0.5, 0.62)) + _lobes(rng, 2, 0.36)
    if subtype is WhiteCellSubtype.EOSINOPHIL:
        return _lobes(rng, int(rng.choice([2, 2, 2, 3])), 0.37)
    return _lobes(rng, int(rng.choice([2, 3, 3, 4, 4, 5])), 0.31)


def _round_nucleus(rng: np.random.Generator, size: float) -> list[Disc]:
    x, y = rng.normal(0.0, 0.3 * (1.0 - size), 2)
    turn, spread = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.0, 0.08)
    step_x, step_y = spread * np.cos(turn), spread * np.sin(turn)
    return [(x + step_x, y + step_y, size - spread), (x - step_x, y - step_y, size - spread)]


def _arc(rng: np.random.Generator, *, discs: int, radius: float, width: float, span: float) -> list[Disc]:
    start = rng.uniform(0.0, 2.0 * np.pi)
    centre = -0.3 * radius
    middle = start + 0.5 * span
    result = []
    for share in np.linspace(0.0, 1.0, discs):
        angle = start + span * share
        x = radius * np.cos(angle) + centre * np.cos(middle)
        y = radius * np.sin(angle) + centre * np.sin(middle)
        result.append((float(x), float(y), width * (1.0 - 0.12 * np.sin(np.pi * share))))
    return result


def _lobes(rng: np.random.Generator, count: int, size: float) -> list[Disc]:
    """Lobes along an arc through the cell, joined by thin strands."""
    span = {2: 2.6, 3: 3.6, 4: 4.3, 5: 4.8}[count] * rng.uniform(0.85, 1.1)
    start, radius = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(0.38, 0.48)
    result: list[Disc] = []
    for number in range(count):
        angle = start + span * number / (count - 1)
        reach = radius * rng.uniform(0.85, 1.15)
        x, y = float(reach * np.cos(angle)), float(reach * np.sin(angle))
        lobe = size * rng.uniform(0.8, 1.1)
        if result:
            result += _strand(result[-1], (x, y, lobe), rng.uniform(0.05, 0.17))
        # Two discs side by side make a lobe oval.
        tilt = angle + rng.normal(np.pi / 2.0, 0.5)
        side_x, side_y = 0.35 * lobe * float(np.cos(tilt)), 0.35 * lobe * float(np.sin(tilt))
        result += [(x + side_x, y + side_y, 0.85 * lobe), (x - side_x, y - side_y, 0.85 * lobe), (x, y, 0.92 * lobe)]
    return result


def _strand(one: Disc, other: Disc, width: float) -> list[Disc]:
    return [
        (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]), width)
        for share in (0.2, 0.35, 0.5, 0.65, 0.8)
    ]
