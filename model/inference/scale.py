"""Bringing every field to the network's scale by measuring its red cells in a first look.

The first look shows the whole image at a fixed size, so its result does not depend on how many
pixels the camera gave. Where the red cells turn out to be near the size the network was trained at,
the first look is the count; otherwise a second look at the right scale is.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, CellClass
from model.config import RED_CELL_DIAMETER_PX
from model.decoding import RawDetections
from model.inference.network_pass import NetworkPass, StageTimer
from model.types import Notice

_FIRST_LOOK_SIDE_PX = (320, 640, 1280, 2560, 5120)
"""Longer side of the image in successive first looks; the later ones see only its middle."""

_LARGEST_ENLARGEMENT = 3.0
"""Enlarged further, an image shows no more; its red cells would be under 10 of its own pixels wide."""

_LARGEST_LOOK_PX = 640
"""Side of the middle part shown in a first look, in input pixels."""

_MEASURABLE_PX = (24.0, 90.0)
"""Red-cell diameters, in input pixels, that a first look can be trusted to measure."""

_NEAR_ENOUGH = (0.87, 1.15)
"""Scale factors close enough to 1 that another look would not count better."""

_MOST_SECOND_LOOKS = 2
_MIN_RED_CELLS = 4
_MEASURING_SCORE = 0.35
_BORDER_PX = 2.0
_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)


@dataclass(frozen=True, slots=True)
class ScaledLook:
    """Detections of the look at the right scale (image pixels) and what is known of the scale.

    ``red_cell_diameter_px`` is in image pixels, None where too few red cells were found to measure
    it; ``scale`` is the factor from image to network input that was used.
    """

    found: RawDetections
    scale: float
    red_cell_diameter_px: float | None
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ScaleFinder:
    """Looks at one field until its red cells are met at the size the network was trained at."""

    network: NetworkPass
    image_hwc_u8: NDArray[np.uint8]
    min_score: float
    timer: StageTimer

    def look(self) -> ScaledLook:
        """The detections at the right scale, or a warning where no scale could be measured."""
        longer = max(self.image_hwc_u8.shape[:2])
        seen: dict[float, float] = {}
        for side in _FIRST_LOOK_SIDE_PX:
            scale = side / longer
            if seen and scale > _LARGEST_ENLARGEMENT:
                break
            part = _middle(self.image_hwc_u8, round(_LARGEST_LOOK_PX / scale))
            found, diameter = self._measure(part, scale)
            if diameter is not None and _MEASURABLE_PX[0] <= diameter * scale <= _MEASURABLE_PX[1]:
                first = ScaledLook(found, scale, diameter)
                return self._refine(first, is_whole=part.shape == self.image_hwc_u8.shape)
            seen[scale] = float(found.scores[found.scores >= _MEASURING_SCORE].sum())
        return self._without_measure(max(seen, key=lambda scale: seen[scale]))

    def _measure(self, image_hwc_u8: NDArray[np.uint8], scale: float) -> tuple[RawDetections, float | None]:
        found = self.network.look(image_hwc_u8, scale, min(self.min_score, _MEASURING_SCORE), self.timer)
        height, width = image_hwc_u8.shape[:2]
        return found, measured_diameter_px(found, width, height)

    def _refine(self, look: ScaledLook, *, is_whole: bool) -> ScaledLook:
        """Look again while the measured diameter asks for another scale, at most twice."""
        for _ in range(_MOST_SECOND_LOOKS):
            if look.red_cell_diameter_px is None:
                break
            wanted = RED_CELL_DIAMETER_PX / look.red_cell_diameter_px
            if is_whole and _NEAR_ENOUGH[0] <= wanted / look.scale <= _NEAR_ENOUGH[1]:
                break
            found, diameter = self._measure(self.image_hwc_u8, wanted)
            look, is_whole = ScaledLook(found, wanted, diameter or look.red_cell_diameter_px), True
        return look

    def _without_measure(self, scale: float) -> ScaledLook:
        """The count at the scale at which most was seen, with a warning that the scale is not known."""
        found, _ = self._measure(self.image_hwc_u8, scale)
        warning = Notice(
            "scale_unknown",
            f"Fewer than {_MIN_RED_CELLS} red cells of measurable size were found, so the scale of this image "
            "is not known and the counts may be wrong; check them, or photograph a field with more red cells.",
        )
        return ScaledLook(found, scale, None, (warning,))


def measured_diameter_px(found: RawDetections, width: int, height: int) -> float | None:
    """Median diameter of the red cells, in image pixels, or None where too few can be measured.

    A red cell inside the image measures (width + height) / 2. One that a single border cuts by less
    than half still shows its diameter along that border. Cells in a corner show none.
    """
    chosen = (found.class_indices == _RED_CELL_INDEX) & (found.scores >= _MEASURING_SCORE)
    boxes = found.boxes_xyxy_px[chosen]
    sides = boxes[:, 2:] - boxes[:, :2]
    limits = torch.tensor([width, height], dtype=boxes.dtype)
    is_cut = (boxes[:, :2] <= _BORDER_PX) | (boxes[:, 2:] >= limits - _BORDER_PX)
    is_half_visible = sides.amin(dim=1) >= sides.amax(dim=1) / 2
    whole = sides[~is_cut.any(dim=1)].mean(dim=1)
    # Cut along x, the height is whole; cut along y, the width is.
    along_border = sides.flip(1)[is_cut & ~is_cut.flip(1) & is_half_visible[:, None]]
    diameters = torch.cat([whole, along_border])
    return float(torch.median(diameters)) if len(diameters) >= _MIN_RED_CELLS else None


def _middle(image_hwc_u8: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The middle of the image, at most ``side`` wide and high."""
    height, width = image_hwc_u8.shape[:2]
    top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
    return image_hwc_u8[top : top + min(side, height), left : left + min(side, width)]
