"""Where cells lie: touching, overlapping and cut by the border as on a slide."""

from typing import Literal

import numpy as np

from model.rendering.arrays import Numbers
from model.types import Size

Near = Literal["anywhere", "any cell", "last"]
"""Where to look for a place."""

_CANDIDATES = 40
_BORDER_REACH = 0.35
_MIN_VISIBLE = 0.3


class Placement:
    """Chooses cell centres one after the other and remembers them."""

    def __init__(self, size: Size, rng: np.random.Generator, *, may_cross_border: bool) -> None:
        """Begin with an empty field."""
        self._size = size
        self._rng = rng
        self._may_cross_border = may_cross_border
        self._discs = np.empty((0, 3), dtype=np.float64)
        self._firmness = np.empty(0, dtype=np.float64)

    def choose(self, radius_px: float, *, overlap: float = 0.0, near: Near = "anywhere") -> tuple[float, float]:
        """A centre (x, y) for a cell, in pixels, where it overlaps the others least or as asked.

        Args:
            radius_px: The cell's radius.
            overlap: Depth of overlap that is welcome, in radii of the smaller cell.
            near: Look anywhere, next to any cell already placed, or next to the last one.
        """
        candidates = self._anywhere(radius_px)
        if near != "anywhere" and len(self._discs):
            # Beside a cell first: where several fit equally well, the first is taken.
            candidates = np.vstack([self._beside(radius_px, overlap, last_only=near == "last"), candidates])
        crowding = self._overlap(candidates, radius_px)
        # Cells on a slide lie at random, not evenly: take the first that fits, not the one with most room.
        cost = np.maximum(crowding - overlap, 0.0) + 10.0 * self._hidden(candidates, radius_px)
        x, y = candidates[int(np.argmin(cost))]
        return float(x), float(y)

    def add(self, centre_xy: tuple[float, float], radius_px: float, *, firmness: float = 1.0) -> None:
        """Remember a placed cell; overlaps with it weigh ``firmness`` times as much."""
        self._discs = np.vstack([self._discs, [*centre_xy, radius_px]])
        self._firmness = np.append(self._firmness, firmness)

    def _anywhere(self, radius_px: float) -> Numbers:
        margin = -_BORDER_REACH * radius_px if self._may_cross_border else 1.2 * radius_px
        width, height = self._size.width, self._size.height
        low_x, low_y = min(margin, width / 2.0), min(margin, height / 2.0)
        low = np.array([low_x, low_y])
        high = np.array([width - low_x, height - low_y])
        return self._rng.uniform(low, high, (_CANDIDATES, 2))

    def _beside(self, radius_px: float, overlap: float, *, last_only: bool) -> Numbers:
        known = len(self._discs)
        first = known - 1 if last_only else 0
        near = self._discs[self._rng.integers(first, known, _CANDIDATES)]
        angle = self._rng.uniform(0.0, 2.0 * np.pi, _CANDIDATES)
        depth = self._rng.uniform(0.0, max(overlap, 0.05), _CANDIDATES)
        reach = near[:, 2] + radius_px - depth * np.minimum(near[:, 2], radius_px)
        centres: Numbers = near[:, :2] + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return centres

    def _overlap(self, candidates: Numbers, radius_px: float) -> Numbers:
        """Worst overlap of each candidate, in radii of the smaller cell."""
        if not len(self._discs):
            return np.zeros(len(candidates))
        distance = np.hypot(*(candidates[:, None, :] - self._discs[None, :, :2]).transpose(2, 0, 1))
        depth = (self._discs[None, :, 2] + radius_px - distance) / np.minimum(self._discs[None, :, 2], radius_px)
        worst: Numbers = np.maximum(depth * self._firmness[None, :], 0.0).max(axis=1)
        return worst

    def _hidden(self, candidates: Numbers, radius_px: float) -> Numbers:
        """How far each candidate falls short of showing enough of itself inside the image."""
        size = np.array([self._size.width, self._size.height])
        inside = np.minimum(candidates, size - candidates)
        share = np.clip((inside + radius_px) / (2.0 * radius_px), 0.0, 1.0)
        wanted = _MIN_VISIBLE if self._may_cross_border else 1.0
        missing: Numbers = np.maximum(wanted - share.prod(axis=1), 0.0)
        return missing
