"""How sharp the edges of red cells are: their width along rays through the outline."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.quality.patches import Patch

_DIRECTIONS = 16
_MOST_CELLS = 40
"""Cells looked at in a patch, the first by score: enough for a median."""

_FROM, _TO, _SAMPLES = 0.55, 1.45, 46
"""A ray runs from 0.55 to 1.45 of the radius, 45 steps of half a pixel for a cell of 50 px."""

_FROM_BORDER_PX = 2
"""A box that ends nearer to the patch's border is taken as cut by it."""

_LEAST_STEP = 12.0
"""Grey levels between cell and surroundings (of 255) from which a ray crosses an edge that noise does not make."""

_SMOOTHING = 3
"""Samples averaged along the ray before its steepest place is taken: 1.5 px."""


class EdgeRays(NamedTuple):
    """``widths_px`` of the edges that rays cross, at the network's scale; ``looked_at``: all rays, also the others."""

    widths_px: NDArray[np.float32]
    looked_at: int


def measure_edges(patch: Patch) -> EdgeRays:
    """The edges of the red cells in a patch.

    The width is the difference between cell and surroundings over the steepest slope between them, in the green
    channel, where stained cells are darkest. Cells cut by the patch's border, and rays that leave it, are left out.
    """
    height, width = patch.pixels_hwc_u8.shape[:2]
    boxes = patch.red_boxes_xyxy_px
    is_whole = (boxes[:, :2] >= _FROM_BORDER_PX).all(axis=1)
    is_whole &= (boxes[:, 2:] <= (width - _FROM_BORDER_PX, height - _FROM_BORDER_PX)).all(axis=1)
    boxes = boxes[is_whole][:_MOST_CELLS]
    centre = ((boxes[:, :2] + boxes[:, 2:]) / 2).astype(np.float32)
    radius = ((boxes[:, 2:] - boxes[:, :2]) / 2).astype(np.float32)
    x, y = _rays(centre, radius)
    stays_inside = (x[:, -1] >= 0) & (x[:, -1] < width - 1) & (y[:, -1] >= 0) & (y[:, -1] < height - 1)
    steps_px = np.repeat(radius.mean(axis=1), _DIRECTIONS) * (_TO - _FROM) / (_SAMPLES - 1)
    if not stays_inside.any():
        return EdgeRays(np.empty(0, dtype=np.float32), 0)
    profiles = _profiles(patch.pixels_hwc_u8[..., 1], x[stays_inside], y[stays_inside])
    return EdgeRays(_widths(profiles, steps_px[stays_inside]), len(profiles))


def _rays(centre: NDArray[np.float32], radius: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where every ray of every cell is sampled, x and y in indices of pixels: (cells x directions) x samples."""
    angles = np.arange(_DIRECTIONS) * (2 * math.pi / _DIRECTIONS)
    along = np.linspace(_FROM, _TO, _SAMPLES)
    x = centre[:, 0, None, None] + radius[:, 0, None, None] * np.cos(angles)[None, :, None] * along
    y = centre[:, 1, None, None] + radius[:, 1, None, None] * np.sin(angles)[None, :, None] * along
    x, y = x.reshape(-1, _SAMPLES) - 0.5, y.reshape(-1, _SAMPLES) - 0.5
    return x.astype(np.float32), y.astype(np.float32)


def _profiles(green: NDArray[np.uint8], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Green at the samples, by bilinear interpolation."""
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right_share, low_share = x - left, y - top
    upper = green[top, left] * (1 - right_share) + green[top, left + 1] * right_share
    lower = green[top + 1, left] * (1 - right_share) + green[top + 1, left + 1] * right_share
    return np.asarray(upper * (1 - low_share) + lower * low_share, dtype=np.float32)


def _widths(profiles: NDArray[np.float32], steps_px: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.cumsum(np.pad(profiles, ((0, 0), (1, 0))), axis=1)
    smooth = (padded[:, _SMOOTHING:] - padded[:, :-_SMOOTHING]) / _SMOOTHING
    slopes = np.diff(smooth, axis=1)  # from dark cell to bright surroundings: upwards
    steepest = slopes.argmax(axis=1)
    rows = np.arange(len(slopes))
    # What the edge itself climbs: from the darkest place inside of its steepest place to the brightest outside.
    inside = np.where(np.arange(smooth.shape[1]) <= steepest[:, None], smooth, np.inf).min(axis=1)
    outside = np.where(np.arange(smooth.shape[1]) > steepest[:, None], smooth, -np.inf).max(axis=1)
    climb = outside - inside
    is_edge = climb >= _LEAST_STEP
    slope = np.maximum(slopes[rows, steepest], 1e-3)
    return np.asarray((climb / slope * steps_px)[is_edge], dtype=np.float32)
