"""Dense training targets for one crop: heat-maps, box sides, and where each of them counts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES
from model.config import OUTPUT_STRIDE_PX
from model.data.fields import LabelMode

_SIGMA_PER_SIDE = 1 / 7
"""Gaussian spread as a share of the box side: between TTFNet's 0.09 and CenterNet's 1/6, so that touching red
cells keep separate peaks while near misses of the centre are punished less."""

_BOX_REGION_FLOOR = 0.3
"""Positions whose Gaussian is above this learn the box of their cell."""


_NEGLIGIBLE = 1e-3


class Targets(NamedTuple):
    """Targets of one crop at the output stride, h = w = crop / 4.

    ``heat`` 3 x h x w in 0..1, exactly 1 at each cell's centre; ``heat_weight`` 3 x h x w, 0 where
    the loss must ignore the position; ``boxes_xyxy_px`` 4 x h x w in input pixels; ``box_weight``
    h x w, summing to one a cell and 0 where no box is taught.
    """

    heat: NDArray[np.float32]
    heat_weight: NDArray[np.float32]
    boxes_xyxy_px: NDArray[np.float32]
    box_weight: NDArray[np.float32]


def make_targets(
    boxes_xyxy_px: NDArray[np.float32],
    class_indices: NDArray[np.int64],
    label_modes: Sequence[LabelMode],
    ignored_xyxy_px: NDArray[np.float32],
    crop_px: int,
) -> Targets:
    """The targets of one crop.

    Classes labelled only in part (``LabelMode.POSITIVES``) teach at their boxes and are ignored
    elsewhere; unlabelled classes are ignored everywhere.
    """
    side = crop_px // OUTPUT_STRIDE_PX
    heat = np.zeros((len(CELL_CLASSES), side, side), np.float32)
    boxes = np.zeros((4, side, side), np.float32)
    owner = np.full((side, side), -1, np.int64)
    strength = np.zeros((side, side), np.float32)
    areas = np.prod(boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2], axis=1)
    for index in np.argsort(-areas):  # small cells last, so that a platelet on a red cell keeps its own box
        gaussian = _gaussian(boxes_xyxy_px[index], side)
        channel = heat[class_indices[index]]
        np.maximum(channel, gaussian, out=channel)
        region = gaussian >= _BOX_REGION_FLOOR
        boxes[:, region] = boxes_xyxy_px[index][:, None]
        owner[region] = index
        strength[region] = gaussian[region]
    weight = _heat_weight(heat, label_modes, ignored_xyxy_px)
    return Targets(heat, weight, boxes, _box_weight(owner, strength, len(boxes_xyxy_px)))


def _gaussian(box: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """An elliptical Gaussian over the box, exactly 1 at the position nearest its centre."""
    x1, y1, x2, y2 = (float(value) / OUTPUT_STRIDE_PX for value in box)
    column = min(side - 1, int((x1 + x2) / 2))
    row = min(side - 1, int((y1 + y2) / 2))
    sigma_x = max(0.4, (x2 - x1) * _SIGMA_PER_SIDE)
    sigma_y = max(0.4, (y2 - y1) * _SIGMA_PER_SIDE)
    along_x = np.exp(-((np.arange(side) - column) ** 2) / (2 * sigma_x**2))
    along_y = np.exp(-((np.arange(side) - row) ** 2) / (2 * sigma_y**2))
    gaussian = np.outer(along_y, along_x).astype(np.float32)
    gaussian[gaussian < _NEGLIGIBLE] = 0
    return gaussian


def _heat_weight(
    heat: NDArray[np.float32], label_modes: Sequence[LabelMode], ignored_xyxy_px: NDArray[np.float32]
) -> NDArray[np.float32]:
    weight = np.ones_like(heat)
    side = heat.shape[1]
    for x1, y1, x2, y2 in np.clip(ignored_xyxy_px / OUTPUT_STRIDE_PX, 0, side):
        weight[:, int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))] = 0
    for channel, mode in enumerate(label_modes):
        if mode is LabelMode.NONE:
            weight[channel] = 0
        elif mode is LabelMode.POSITIVES:
            weight[channel][heat[channel] == 0] = 0
    weight[heat == 1] = 1
    return weight


def _box_weight(owner: NDArray[np.int64], strength: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    owned = owner >= 0
    totals = np.bincount(owner[owned], weights=strength[owned], minlength=max(cells, 1))
    weight = np.zeros_like(strength)
    weight[owned] = strength[owned] / totals[owner[owned]]
    return weight
