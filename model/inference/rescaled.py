"""An image at another scale, of which only the regions asked for ever exist.

A 12,000 × 9,000 image enlarged two and a half times has 675 million pixels; the network sees about
one million at a time, and no more than those are computed.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.types import Size

_RATIO_STEP = 2.0**-11
"""Ratios are multiples of this, so that the edges of tiles lie on image coordinates that 32-bit floats hold exactly
(Pillow's boxes are such floats): a region is then, bit by bit, the part of the whole that it stands for."""

_SUPPORT_PX = 2
"""Half the width of the bicubic kernel, in pixels of the coarser of the two images."""

_MOST_SOURCE_PX = 2**24
"""Image pixels given to Pillow at a time, which keeps 4 bytes of each."""


@dataclass(frozen=True, slots=True)
class RescaledImage:
    """``image_hwc_u8`` (height x width x 3) with ``ratio`` of its pixels to one rescaled pixel, along x and y."""

    image_hwc_u8: NDArray[np.uint8]
    ratio: float

    @classmethod
    def by(cls, image_hwc_u8: NDArray[np.uint8], scale: float) -> Self:
        """The image with its sides multiplied by ``scale``, to within half a thousandth of an image pixel each.

        Raises:
            ValueError: The scale is not a positive number.
        """
        if not (math.isfinite(scale) and scale > 0):
            raise ValueError(f"scale is {scale}; an image can be rescaled by positive numbers only")
        return cls(image_hwc_u8, max(1.0, math.floor(1 / scale / _RATIO_STEP)) * _RATIO_STEP)

    @property
    def size(self) -> Size:
        """Width and height after rescaling; a last part of a pixel at the right and at the bottom is left out."""
        height, width = self.image_hwc_u8.shape[:2]
        return Size(max(1, int(width / self.ratio)), max(1, int(height / self.ratio)))

    def region(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.uint8]:
        """Rescaled pixels of a region (its edges in rescaled pixels), as rescaling the whole image would give them."""
        if self.ratio == 1.0:
            return self.image_hwc_u8[top:bottom, left:right]
        columns = self.image_hwc_u8.shape[1]
        source_width = min(columns, (right - left) * self.ratio + 4 * _SUPPORT_PX * max(self.ratio, 1.0))
        rows = max(1, int(_MOST_SOURCE_PX / source_width / self.ratio))
        strips = [self._strip(left, y, right, min(y + rows, bottom)) for y in range(top, bottom, rows)]
        return strips[0] if len(strips) == 1 else np.concatenate(strips)

    def _strip(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.uint8]:
        height, width = self.image_hwc_u8.shape[:2]
        x1, x2, first_column, last_column = self._extent(left, right, width)
        y1, y2, first_row, last_row = self._extent(top, bottom, height)
        source = Image.fromarray(self.image_hwc_u8[first_row:last_row, first_column:last_column])
        # One axis after the other: asked for both, Pillow rounds between them in the order that is cheaper for this
        # very size, and neighbouring regions would differ.
        beside = (x1 - first_column, 0.0, x2 - first_column, float(source.height))
        narrowed = source.resize((right - left, source.height), Image.Resampling.BICUBIC, box=beside)
        below = (0.0, y1 - first_row, float(narrowed.width), y2 - first_row)
        return np.array(narrowed.resize((narrowed.width, bottom - top), Image.Resampling.BICUBIC, box=below))

    def _extent(self, start: int, end: int, length: int) -> tuple[float, float, int, int]:
        """From rescaled to image coordinates along one axis, and the first and last pixel that the kernel reaches."""
        margin = math.ceil(_SUPPORT_PX * max(self.ratio, 1.0)) + 1
        low, high = start * self.ratio, min(end * self.ratio, float(length))
        return low, high, max(0, math.floor(low) - margin), min(length, math.ceil(high) + margin)
