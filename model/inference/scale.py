"""Bringing every field to the network's scale by measuring its red cells in a first look.

The first look shows the whole image at a fixed size, so its result does not depend on how many
pixels the camera gave. Where the red cells turn out to be near the size the network was trained at,
the first look is the count; otherwise a second look at the right scale is. Images many red cells
wide are measured in a part of them, and looked at as a whole once the scale is known.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.config import RED_CELL_DIAMETER_PX
from model.decoding import RawDetections
from model.inference.border import BORDER_PX
from model.inference.network_pass import NetworkPass
from model.inference.progress import StageTimer, TileProgress
from model.inference.red_cell_size import MEASURING_SCORE, RedCellSize, measure_red_cells
from model.inference.scale_doubt import doubts_of
from model.inference.scale_limits import LARGEST_ENLARGEMENT, known_scale
from model.types import Notice

_FIRST_LOOK_SIDE_PX = 320
"""Longer side of the image in the first look; it doubles from look to look until red cells are met."""

_PART_PX = 640
"""Side of the part shown in a first look that cannot show the whole image, in input pixels."""

_CHEAP_LOOK_PX = 4 * _PART_PX**2
"""Area, in input pixels, up to which a whole image is looked at without measuring a part of it again first."""

_OTHER_PLACES = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
"""Where else a wide image is measured when its middle shows no red cells: shares of its width and height."""

_WIDE_LOOK_PX = 2560
"""Longer side, in input pixels, from which a part is small enough for other places to show something else."""

_MEASURABLE_PX = (24.0, 90.0)
"""Red-cell diameters, in input pixels, that a first look can be trusted to measure."""

_HINT_PX = 19.0
"""From this diameter on many red cells together tell the scale well enough to look again at once."""

_HINTING_CELLS = 12
_DRAWN_TOO_WIDE_BELOW_PX, _DRAWN_TOO_WIDE_PX = 26.0, 2.5
"""Smaller red cells are drawn about this much too wide, in input pixels: measured on eleven fields of five sources
reduced until their red cells were 18 to 24 pixels wide (docs/adr/0032)."""

_NEAR_ENOUGH = (0.87, 1.15)
"""Scale factors close enough to 1 that another look would not count better."""

_MOST_SECOND_LOOKS = 2

_MIDDLE = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class ScaledLook:
    """Detections of the look at the right scale (image pixels), and what is known of the scale.

    ``head_counts`` are the count head's numbers by class code, ``features`` those of ``FieldLook``.
    ``scale`` is the factor from image to network input that was used. ``size`` is None where too few
    red cells were found to measure; ``agreement`` is the diameter measured in the last look over that
    of the look before it, None where a single look measured.
    """

    found: RawDetections
    head_counts: dict[str, float]
    features: NDArray[np.float32]
    scale: float
    size: RedCellSize | None
    agreement: float | None = None
    is_whole: bool = True
    warnings: tuple[Notice, ...] = ()

    @property
    def red_cell_diameter_px(self) -> float | None:
        """Median diameter of the red cells in image pixels, None where it could not be measured."""
        return None if self.size is None else self.size.diameter_px


class ScaleFinder:
    """Looks at one field until its red cells are met at the size the network was trained at."""

    def __init__(
        self,
        network: NetworkPass,
        image_hwc_u8: NDArray[np.uint8],
        min_score: float,
        timer: StageTimer,
        progress: TileProgress | None = None,
        *,
        measuring_score: float = MEASURING_SCORE,
    ) -> None:
        self._network, self._image_hwc_u8 = network, image_hwc_u8
        self._min_score, self._measuring_score = min(min_score, measuring_score), measuring_score
        self._timer, self._progress = timer, progress or TileProgress()
        self._height, self._width = image_hwc_u8.shape[:2]

    def look(self, um_per_px: float | None = None) -> ScaledLook:
        """The detections at the right scale, or a warning where no scale could be measured.

        With ``um_per_px``, micrometres to a pixel of the image, nothing needs to be measured first; the
        red cells' own size is then only compared with it.

        Raises:
            ScaleRefused: ``um_per_px`` is no length that a pixel of a blood smear can have.
        """
        look = self._measured_look() if um_per_px is None else self._look(known_scale(um_per_px))
        doubts = doubts_of(look.size, look.scale, look.agreement, um_per_px)
        return replace(look, warnings=doubts)

    def _measured_look(self) -> ScaledLook:
        seen: dict[float, float] = {}
        for place, scale in self._first_looks():
            first = self._look(scale, place, _PART_PX)
            if first.size is not None and _tells_scale(first.size, scale):
                return self._refine(first, place)
            strength = float(first.found.scores[first.found.scores >= self._measuring_score].sum())
            seen[scale] = max(strength, seen.get(scale, 0.0))
        return self._without_measure(seen)

    def _first_looks(self) -> Iterator[tuple[tuple[float, float], float]]:
        """Places and scales to look for measurable red cells at: the middle, then other parts of a wide image."""
        longer = max(self._width, self._height)
        scales = [_FIRST_LOOK_SIDE_PX / longer]
        while scales[-1] * 2 <= LARGEST_ENLARGEMENT:
            scales.append(scales[-1] * 2)
        yield from ((_MIDDLE, scale) for scale in scales)
        wide = [scale for scale in scales if scale <= 1 and scale * longer >= _WIDE_LOOK_PX]
        yield from ((place, scale) for place in _OTHER_PLACES for scale in wide)

    def _look(self, scale: float, place: tuple[float, float] = _MIDDLE, most_px: int | None = None) -> ScaledLook:
        """The whole image, or the part of it at ``place`` that is ``most_px`` input pixels wide and high."""
        image = self._image_hwc_u8 if most_px is None else _part(self._image_hwc_u8, place, round(most_px / scale))
        seen = self._network.look(image, scale, self._min_score, self._timer, self._progress)
        height, width = image.shape[:2]
        size = measure_red_cells(seen.found, width, height, BORDER_PX / scale, self._measuring_score)
        return ScaledLook(*seen, scale, size, is_whole=image.shape == self._image_hwc_u8.shape)

    def _refine(self, look: ScaledLook, place: tuple[float, float]) -> ScaledLook:
        """Look again while the measured diameter asks for another scale, at most twice and last at the whole image."""
        for looks_left in range(_MOST_SECOND_LOOKS, 0, -1):
            wanted = _wanted_scale(look)
            is_near = _NEAR_ENOUGH[0] <= wanted / look.scale <= _NEAR_ENOUGH[1]
            if is_near and look.is_whole:
                break
            is_cheap = self._width * self._height * wanted**2 <= _CHEAP_LOOK_PX
            most_px = None if is_near or is_cheap or looks_left == 1 else _PART_PX
            look = _followed(look, self._look(wanted, place, most_px))
        return look

    def _without_measure(self, seen: dict[float, float]) -> ScaledLook:
        """The count at the scale at which most was seen, with a warning that the scale is not known.

        An image is not enlarged beyond what is quickly looked at, as nothing tells that it should be.
        """
        most_px = max(self._width * self._height, _CHEAP_LOOK_PX)
        allowed = [scale for scale in seen if self._width * self._height * scale**2 <= most_px]
        return self._look(max(allowed or seen, key=lambda scale: seen[scale]))


def _tells_scale(size: RedCellSize, scale: float) -> bool:
    """Whether a first look at ``scale`` measured its red cells well enough to look again by them."""
    shown_px = size.diameter_px * scale
    if size.cells >= _HINTING_CELLS:
        return _HINT_PX <= shown_px <= _MEASURABLE_PX[1]
    return _MEASURABLE_PX[0] <= shown_px <= _MEASURABLE_PX[1]


def _wanted_scale(look: ScaledLook) -> float:
    """The factor at which the look's red cells would be as wide as the network was trained at."""
    if look.size is None:
        return look.scale
    shown_px = look.size.diameter_px * look.scale
    if shown_px < _DRAWN_TOO_WIDE_BELOW_PX:
        shown_px -= _DRAWN_TOO_WIDE_PX
    largest = max(LARGEST_ENLARGEMENT, look.scale)
    return min(look.scale * RED_CELL_DIAMETER_PX / shown_px, largest)


def _followed(earlier: ScaledLook, later: ScaledLook) -> ScaledLook:
    """The later look, with what is known from the earlier one."""
    if earlier.size is None or later.size is None:
        return replace(later, size=later.size or earlier.size)
    agreement = later.size.diameter_px / earlier.size.diameter_px
    return replace(later, agreement=agreement)


def _part(image_hwc_u8: NDArray[np.uint8], place: tuple[float, float], side: int) -> NDArray[np.uint8]:
    """The part of the image around ``place`` (shares of width and height), at most ``side`` wide and high."""
    height, width = image_hwc_u8.shape[:2]
    left, top = (
        max(0, min(math.floor(share * length - side / 2), length - side))
        for share, length in zip(place, (width, height), strict=True)
    )
    return image_hwc_u8[top : top + side, left : left + side]
