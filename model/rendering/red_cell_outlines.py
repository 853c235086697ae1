"""Outlines of red cells, normal and abnormal; a unit radius is that of the area's disc."""

import numpy as np

from model.classes import RedCellSubtype
from model.rendering.arrays import Floats
from model.rendering.shapes import ANGLES, ellipse, wobble

_AXIS_RATIO = {
    RedCellSubtype.OVALOCYTE: (1.25, 1.5),
    RedCellSubtype.ELLIPTOCYTE: (1.6, 2.3),
    RedCellSubtype.SPHEROCYTE: (1.0, 1.04),
}
_NORMAL_RATIO = (1.0, 1.2)
RADIUS_FACTOR = {
    RedCellSubtype.MACROCYTE: 1.25,
    RedCellSubtype.MICROCYTE: 0.75,
    RedCellSubtype.SPHEROCYTE: 0.82,
    RedCellSubtype.SCHISTOCYTE: 0.75,
    RedCellSubtype.TEARDROP: 0.85,
    RedCellSubtype.BURR: 0.95,
}
"""Size of an abnormal red cell relative to a normal one; those not listed have the normal size."""


def red_cell_outline(subtype: RedCellSubtype, rng: np.random.Generator) -> Floats:
    """Radius of one red cell by angle (``shapes.ANGLES``), around 1."""
    lowest, highest = _AXIS_RATIO.get(subtype, _NORMAL_RATIO)
    oval = ellipse(rng.uniform(lowest, highest), rng.uniform(0.0, np.pi))
    outline: Floats = oval * wobble(rng, 0.01 if subtype is RedCellSubtype.SPHEROCYTE else rng.uniform(0.01, 0.09))
    if subtype is RedCellSubtype.TEARDROP:
        return _with_tail(outline, rng)
    if subtype is RedCellSubtype.BURR:
        return _crenated(outline, rng)
    if subtype is RedCellSubtype.SCHISTOCYTE:
        return _fragment(outline, rng)
    return outline


def _turned(angle: float) -> Floats:
    """Angles measured from ``angle``, in -pi..pi."""
    return np.asarray(np.angle(np.exp(1j * (ANGLES - angle))), np.float32)


def _with_tail(outline: Floats, rng: np.random.Generator) -> Floats:
    turned = np.abs(_turned(rng.uniform(0.0, 2.0 * np.pi)))
    length, width = rng.uniform(0.6, 1.1), rng.uniform(0.35, 0.5)
    # A Laplace-shaped bump: broad where it leaves the cell, pointed at its end.
    tail: Floats = np.exp(-turned / np.float32(0.5 * width))
    return np.asarray(outline * (1.0 + length * tail), np.float32)


def _crenated(outline: Floats, rng: np.random.Generator) -> Floats:
    spikes = int(rng.integers(10, 17))
    phase = rng.uniform(0.0, 2.0 * np.pi)
    drift = rng.normal(0.0, 0.25) * np.sin(ANGLES + phase)
    crest = np.abs(np.cos(0.5 * spikes * ANGLES + phase + drift))
    return np.asarray(outline * (0.97 + rng.uniform(0.04, 0.1) * (1.0 - crest)), np.float32)


def _fragment(outline: Floats, rng: np.random.Generator) -> Floats:
    cuts = int(rng.integers(1, 4))
    first = rng.uniform(0.0, 2.0 * np.pi)
    cut = outline
    for number in range(cuts):
        turned = _turned(first + number * 2.0 * np.pi / cuts + rng.normal(0.0, 0.2))
        facing = np.maximum(np.cos(turned), np.float32(0.05))
        cut = np.minimum(cut, np.float32(rng.uniform(0.35, 0.6)) / facing)
    return np.asarray(cut, np.float32)
