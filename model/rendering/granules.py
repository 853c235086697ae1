"""Granules: many small round dots scattered over a cell."""

import math

import numpy as np

from model.rendering.arrays import Floats
from model.rendering.shapes import Grid

_SIZES = (0.8, 1.0, 1.25)


def scatter_granules(
    grid: Grid, cell_radius_px: float, diameter_px: float, area_share: float, rng: np.random.Generator
) -> Floats:
    """Strength (0..1) of granules scattered evenly over a disc around the cell's centre.

    Args:
        grid: The cell's window.
        cell_radius_px: Radius of the disc they lie in.
        diameter_px: Typical diameter of a granule.
        area_share: Sum of the granules' areas as a share of the disc's; they may overlap.
        rng: Source of their places.
    """
    height, width = grid.shape_hw
    dots = [_dot(0.5 * diameter_px * size) for size in _SIZES]
    margin = max(dot.shape[0] for dot in dots)
    # A margin all around spares cutting each dot at the window's edge.
    field = np.zeros((height + 2 * margin, width + 2 * margin), dtype=np.float32)
    count = int(area_share * (2.0 * cell_radius_px / max(diameter_px, 1.0)) ** 2)
    reach = cell_radius_px * np.sqrt(rng.random(count))
    angle = rng.uniform(0.0, 2.0 * np.pi, count)
    columns = np.rint(reach * np.cos(angle) + 0.5 * width + margin).astype(int)
    rows = np.rint(reach * np.sin(angle) + 0.5 * height + margin).astype(int)
    kinds = rng.integers(0, len(dots), count)
    for row, column, kind in zip(rows.tolist(), columns.tolist(), kinds.tolist(), strict=True):
        dot = dots[kind]
        half = dot.shape[0] // 2
        window = field[row - half : row - half + dot.shape[0], column - half : column - half + dot.shape[0]]
        np.maximum(window, dot, out=window)
    return field[margin : margin + height, margin : margin + width]


def _dot(radius_px: float) -> Floats:
    """A round dot, darkest in its middle."""
    half = math.ceil(radius_px)
    offsets = np.arange(-half, half + 1, dtype=np.float32)
    distance = np.hypot(offsets[:, None], offsets[None, :])
    dot: Floats = np.clip(np.float32(radius_px + 0.5) - distance, 0.0, 1.0)
    return dot * (1.0 - np.float32(0.3) * np.minimum(distance / np.float32(max(radius_px, 0.5)), 1.0))
