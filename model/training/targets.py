"""Dense training targets for one crop: heat-maps, box sides, and where each of them counts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES
from model.config import COUNT_MARGINS_PX, COUNT_UNIT_PX2, OUTPUT_STRIDE_PX, RED_CELL_DIAMETER_PX
from model.data.fields import LabelMode
from model.training.crops import Crop
from model.training.name_labels import UNNAMED

_SIGMA_PER_SIDE = 1 / 7
"""Gaussian spread as a share of the box side: between TTFNet's 0.09 and CenterNet's 1/6, so that touching red
cells keep separate peaks while near misses of the centre are punished less."""

_BOX_REGION_FLOOR = 0.3
"""Positions whose Gaussian is above this learn the box of their cell."""


_BOX_WEIGHTS = (1.0, 2.0, 3.0)
"""Of a cell's box by class: platelets and white cells are few and would hardly be heard among red cells."""

_NEGLIGIBLE = 1e-3


MOST_NAMED_CELLS = 48
"""Cells of a crop that are taught a name; a crop with more teaches a part of them."""


class NameTargets(NamedTuple):
    """The cells of a crop whose sub-type is known, filled up with unnamed ones to ``MOST_NAMED_CELLS`` = K.

    ``boxes_xyxy_px`` K x 4 in input pixels, ``labels`` K (``model.training.name_labels``), and ``red_cell_px`` K,
    the width of a typical red cell of the field.
    """

    boxes_xyxy_px: NDArray[np.float32]
    labels: NDArray[np.int64]
    red_cell_px: NDArray[np.float32]


class Targets(NamedTuple):
    """Targets of one crop at the output stride, h = w = crop / 4.

    ``heat`` 3 x h x w in 0..1, exactly 1 at each cell's centre; ``heat_weight`` 3 x h x w, 0 where
    the loss must ignore the position; ``boxes_xyxy_px`` 4 x h x w in input pixels; ``box_weight``
    h x w, summing to the weight of its class a cell and 0 where no box is taught.
    ``counts`` 3, cells of each class in the crop; ``count_exposure`` 3, what their densities are multiplied by
    to give them, 0 where the labels do not tell the count. ``name_boxes_xyxy_px``, ``name_labels`` and
    ``name_red_cell_px`` are those of ``NameTargets``.
    """

    heat: NDArray[np.float32]
    heat_weight: NDArray[np.float32]
    boxes_xyxy_px: NDArray[np.float32]
    box_weight: NDArray[np.float32]
    counts: NDArray[np.float32]
    count_exposure: NDArray[np.float32]
    name_boxes_xyxy_px: NDArray[np.float32]
    name_labels: NDArray[np.int64]
    name_red_cell_px: NDArray[np.float32]


def make_targets(crop: Crop, label_modes: Sequence[LabelMode]) -> Targets:
    """The targets of one crop.

    Classes labelled only in part (``LabelMode.POSITIVES``) teach at their boxes and are ignored
    elsewhere; unlabelled classes are ignored everywhere.
    """
    crop_px = crop.image_hwc_u8.shape[0]
    side = crop_px // OUTPUT_STRIDE_PX
    heat = np.zeros((len(CELL_CLASSES), side, side), np.float32)
    boxes = np.zeros((4, side, side), np.float32)
    owner = np.full((side, side), -1, np.int64)
    strength = np.zeros((side, side), np.float32)
    names = name_targets(crop.boxes_xyxy_px, crop.name_labels, crop.red_cell_px)
    areas = np.prod(crop.boxes_xyxy_px[:, 2:] - crop.boxes_xyxy_px[:, :2], axis=1)
    for index in np.argsort(-areas):  # small cells last, so that a platelet on a red cell keeps its own box
        gaussian = _gaussian(crop.boxes_xyxy_px[index], side)
        channel = heat[crop.class_indices[index]]
        np.maximum(channel, gaussian, out=channel)
        region = gaussian >= _BOX_REGION_FLOOR
        boxes[:, region] = crop.boxes_xyxy_px[index][:, None]
        owner[region] = index
        strength[region] = gaussian[region]
    return Targets(
        heat=heat,
        heat_weight=_heat_weight(heat, label_modes, crop.ignored_xyxy_px),
        boxes_xyxy_px=boxes,
        box_weight=_box_weight(owner, strength, crop.class_indices) * np.float32(crop.box_trust),
        counts=np.bincount(crop.class_indices, minlength=len(CELL_CLASSES)).astype(np.float32),
        count_exposure=_count_exposure(crop, label_modes),
        name_boxes_xyxy_px=names.boxes_xyxy_px,
        name_labels=names.labels,
        name_red_cell_px=names.red_cell_px,
    )


def names_only(crop_px: int, names: NameTargets) -> Targets:
    """The targets of a crop that teaches the names of its cells and nothing else."""
    side, classes = crop_px // OUTPUT_STRIDE_PX, len(CELL_CLASSES)
    return Targets(
        heat=np.zeros((classes, side, side), np.float32),
        heat_weight=np.zeros((classes, side, side), np.float32),
        boxes_xyxy_px=np.zeros((4, side, side), np.float32),
        box_weight=np.zeros((side, side), np.float32),
        counts=np.zeros(classes, np.float32),
        count_exposure=np.zeros(classes, np.float32),
        name_boxes_xyxy_px=names.boxes_xyxy_px,
        name_labels=names.labels,
        name_red_cell_px=names.red_cell_px,
    )


def name_targets(
    boxes_xyxy_px: NDArray[np.float32], labels: NDArray[np.int64], red_cell_px: NDArray[np.float32] | float
) -> NameTargets:
    """The named cells among N boxes with their labels; ``red_cell_px`` is one width for all or N."""
    chosen = np.flatnonzero(labels != UNNAMED)[:MOST_NAMED_CELLS]
    boxes = np.tile(np.array([0, 0, 1, 1], np.float32), (MOST_NAMED_CELLS, 1))
    padded = np.full(MOST_NAMED_CELLS, UNNAMED, np.int64)
    widths = np.full(MOST_NAMED_CELLS, RED_CELL_DIAMETER_PX, np.float32)
    boxes[: len(chosen)] = boxes_xyxy_px[chosen]
    padded[: len(chosen)] = labels[chosen]
    widths[: len(chosen)] = np.broadcast_to(red_cell_px, labels.shape)[chosen]
    return NameTargets(boxes, padded, widths)


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


def _box_weight(
    owner: NDArray[np.int64], strength: NDArray[np.float32], class_indices: NDArray[np.int64]
) -> NDArray[np.float32]:
    owned = owner >= 0
    cells = len(class_indices)
    totals = np.bincount(owner[owned], weights=strength[owned], minlength=max(cells, 1))
    weight = np.zeros_like(strength)
    owners = owner[owned]
    weight[owned] = strength[owned] / totals[owners] * np.array(_BOX_WEIGHTS, np.float32)[class_indices[owners]]
    return weight


def _count_exposure(crop: Crop, label_modes: Sequence[LabelMode]) -> NDArray[np.float32]:
    exposure = np.zeros(len(CELL_CLASSES), np.float32)
    width, height = crop.visible_size_px
    if not crop.is_count_known or min(width, height) <= 0:
        return exposure
    area_px2 = crop.image_hwc_u8.shape[0] * crop.image_hwc_u8.shape[1]
    for channel, (mode, margin) in enumerate(zip(label_modes, COUNT_MARGINS_PX, strict=True)):
        if mode is LabelMode.FULL:
            reach = (width + margin) * (height + margin) / (width * height)
            exposure[channel] = area_px2 / COUNT_UNIT_PX2 * reach
    return exposure
