"""Outlines and the small windows in which one cell is drawn."""

import math
from dataclasses import dataclass

import numpy as np

from model.rendering.arrays import Floats

_ANGLES = 512
ANGLES: Floats = np.linspace(-np.pi, np.pi, _ANGLES, endpoint=False, dtype=np.float32)
"""The angles at which an outline's radius is given, in radians from the x axis, clockwise as y points down."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A window of pixels around a cell: its top left pixel and each pixel's offset from the cell's centre."""

    left: int
    top: int
    dx: Floats
    dy: Floats

    @property
    def shape_hw(self) -> tuple[int, int]:
        """Height and width of the window in pixels."""
        return self.dy.shape[0], self.dx.shape[1]


@dataclass(frozen=True, slots=True)
class Patch:
    """One drawn cell: its density of shape height by width by 3, and how far it covers each pixel (0..1).

    ``opacity`` is the share by which it hides what lies below it.
    """

    left: int
    top: int
    density_hwc: Floats
    coverage_hw: Floats
    opacity: float = 0.0


def grid_around(centre_xy: tuple[float, float], reach_px: float) -> Grid:
    """The window that reaches ``reach_px`` around a centre, not cut at the image's border."""
    x, y = centre_xy
    left, top = math.floor(x - reach_px), math.floor(y - reach_px)
    right, bottom = math.ceil(x + reach_px), math.ceil(y + reach_px)
    # A pixel's value stands for its middle, half a pixel right of and below its corner.
    dx = (np.arange(left, right, dtype=np.float32) + np.float32(0.5 - x))[None, :]
    dy = (np.arange(top, bottom, dtype=np.float32) + np.float32(0.5 - y))[:, None]
    return Grid(left, top, dx, dy)


def outline_radius(grid: Grid, outline: Floats) -> tuple[Floats, Floats]:
    """Each pixel's distance from the centre and the outline's radius in its direction, in pixels."""
    distance = np.hypot(grid.dx, grid.dy)
    angle = np.arctan2(grid.dy, grid.dx)
    index = ((angle + np.float32(np.pi)) * np.float32(_ANGLES / (2.0 * np.pi))).astype(np.int32) % _ANGLES
    return distance, outline[index]


def coverage(depth_px: Floats, softness_px: float = 0.5) -> Floats:
    """How far pixels are covered (0..1) by a shape, from their depth inside its outline.

    ``depth_px`` is positive inside; the edge is ``2 * softness_px`` wide and half covered at depth 0.
    """
    ramp = np.clip(depth_px / np.float32(2.0 * softness_px) + np.float32(0.5), 0.0, 1.0)
    smooth: Floats = ramp * ramp * (np.float32(3.0) - np.float32(2.0) * ramp)
    return smooth


def ellipse(ratio: float, rotation: float) -> Floats:
    """Outline of an ellipse of the unit disc's area, ``ratio`` times as long as wide."""
    long_axis, short_axis = math.sqrt(ratio), 1.0 / math.sqrt(ratio)
    turned = ANGLES - np.float32(rotation)
    radius: Floats = 1.0 / np.hypot(np.cos(turned) / long_axis, np.sin(turned) / short_axis)
    return radius


def wobble(rng: np.random.Generator, strength: float) -> Floats:
    """A factor around 1 that makes an outline irregular, as cells pressed by neighbours and drying are."""
    orders = np.arange(2, 7, dtype=np.float32)
    weights = rng.normal(0.0, strength, 5) / orders
    phases = rng.uniform(0.0, 2.0 * np.pi, 5)
    waves = np.cos(orders[:, None] * ANGLES[None, :] + phases[:, None].astype(np.float32))
    factor: Floats = (1.0 + (weights[:, None] * waves).sum(axis=0)).astype(np.float32)
    return factor
