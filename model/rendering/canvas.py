"""The field being drawn: densities add up, opaque cells hide what lies below."""

import numpy as np

from model.rendering.arrays import Floats, Mask
from model.rendering.shapes import Patch
from model.types import BoxXyxy, Size

_COVERED = 0.5
_OPAQUE = 0.5
_Span = tuple[slice, slice]


class Canvas:
    """Optical density of the field, height by width by 3."""

    def __init__(self, size: Size) -> None:
        """Begin with clear glass."""
        self._density = np.zeros((size.height, size.width, 3), dtype=np.float32)
        self._reserved = np.zeros((size.height, size.width), dtype=np.bool_)

    def add(self, patch: Patch) -> None:
        """Lay a drawn cell on the field, cut at the border."""
        field, part = self._spans(patch)
        below = self._density[field]
        if patch.opacity > 0.0:
            below *= (1.0 - np.float32(patch.opacity) * patch.coverage_hw[part])[..., None]
        below += patch.density_hwc[part]

    def reserve(self, patch: Patch) -> None:
        """Mark where a cell that will be drawn later hides those below it."""
        field, part = self._spans(patch)
        self._reserved[field] |= patch.coverage_hw[part] >= _COVERED

    def visible_share(self, patch: Patch) -> float:
        """Share (0..1) of a cell's area that lies inside the image and under no reserved cell."""
        whole = int((patch.coverage_hw >= _COVERED).sum())
        return float(self._visible(patch).sum()) / whole if whole else 0.0

    def visible_box(self, patch: Patch) -> BoxXyxy:
        """Tight box around the visible part of a cell, in pixels of the image.

        A white cell's own box is asked for after it was reserved, so its whole part inside the image counts.

        Raises:
            ValueError: No part of the cell is visible.
        """
        field, _ = self._spans(patch)
        visible = self._visible(patch)
        columns, rows = np.flatnonzero(visible.any(axis=0)), np.flatnonzero(visible.any(axis=1))
        if not len(columns):
            raise ValueError("no part of the cell is visible.")
        top, left = field[0].start, field[1].start
        return (
            float(left + columns[0]),
            float(top + rows[0]),
            float(left + columns[-1] + 1),
            float(top + rows[-1] + 1),
        )

    def light(self, background_rgb: Floats) -> Floats:
        """Light behind the field, 0..255, by Beer-Lambert's law."""
        return (np.exp(-self._density) * background_rgb).astype(np.float32)

    def _visible(self, patch: Patch) -> Mask:
        field, part = self._spans(patch)
        covered = patch.coverage_hw[part] >= _COVERED
        return covered if patch.opacity > _OPAQUE else covered & ~self._reserved[field]

    def _spans(self, patch: Patch) -> tuple[_Span, _Span]:
        """The part of the field and the part of the patch that meet."""
        height, width = self._reserved.shape
        patch_height, patch_width = patch.coverage_hw.shape
        top, bottom = _meeting(patch.top, patch_height, height)
        left, right = _meeting(patch.left, patch_width, width)
        field = (slice(top, bottom), slice(left, right))
        part = (slice(top - patch.top, bottom - patch.top), slice(left - patch.left, right - patch.left))
        return field, part


def _meeting(start: int, length: int, limit: int) -> tuple[int, int]:
    first = min(max(start, 0), limit)
    return first, max(first, min(start + length, limit))
