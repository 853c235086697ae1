"""Random crops of packed fields, with their boxes and the regions to ignore."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.classes import CELL_CLASSES, NAMED_RED_SUBTYPES, CellClass, RedCellSubtype
from model.config import CHANNEL_MEAN_RGB
from model.training.name_labels import FIRST_RED_LABEL, UNNAMED, typical_red_cell_px

_NARROW_SCALE_SIGMA = 0.12
_WIDE_SCALE_SHARE = 0.25
_WIDE_SCALE_RANGE = (0.55, 1.6)
"""A quarter of the crops stray far from the network's scale, so that a first look can measure it."""

_MIN_VISIBLE_SHARE = 0.2
"""Cells of which less is left in the crop are ignored: neither taught as a cell nor as background."""

_MIN_NAMED_SHARE = 0.6
"""Cells of which less is left in the crop are not taught a name."""

_RARE_CELL_SHARE = 0.5
_RARE_RED_LABELS = [
    FIRST_RED_LABEL + NAMED_RED_SUBTYPES.index(subtype)
    for subtype in (
        RedCellSubtype.MACROCYTE,
        RedCellSubtype.MICROCYTE,
        RedCellSubtype.TEARDROP,
        RedCellSubtype.BURR,
        RedCellSubtype.SCHISTOCYTE,
        RedCellSubtype.HYPOCHROMIA,
    )
]
_HALF = 0.5
_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)
_FILL = tuple(round(255 * value) for value in CHANNEL_MEAN_RGB)


@dataclass(frozen=True, slots=True)
class Crop:
    """One training crop.

    ``image_hwc_u8`` is crop x crop x 3; ``boxes_xyxy_px`` N x 4 and ``class_indices`` N are what is
    visible in it; ``ignored_xyxy_px`` M x 4 are regions whose background must not be taught.
    ``visible_size_px`` is the width and height of the part that shows the field, the rest being padding;
    ``box_trust`` is that of the field's labels.
    ``name_labels`` N (``model.training.name_labels``) are the sub-types, and ``red_cell_px`` is how wide a typical
    red cell of the field is in the crop.
    ``is_count_known`` is False where an ignored region of the field, which may hold cells, lies in the crop.
    """

    image_hwc_u8: NDArray[np.uint8]
    boxes_xyxy_px: NDArray[np.float32]
    class_indices: NDArray[np.int64]
    ignored_xyxy_px: NDArray[np.float32]
    visible_size_px: tuple[float, float]
    is_count_known: bool
    name_labels: NDArray[np.int64]
    red_cell_px: float
    box_trust: float = 1.0


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of a field: boxes N x 4, their class indices N, and regions M x 4 that tell nothing.

    ``box_trust`` in 0..1 is how much the sides of the boxes teach. ``name_labels`` N are the sub-types
    (``model.training.name_labels``), all unnamed for None.
    """

    boxes_xyxy_px: NDArray[np.float32]
    class_indices: NDArray[np.int64]
    ignored_xyxy_px: NDArray[np.float32]
    box_trust: float = 1.0
    name_labels: NDArray[np.int64] | None = None

    def known_names(self) -> NDArray[np.int64]:
        """One label a box."""
        unnamed = np.full(len(self.class_indices), UNNAMED, dtype=np.int64)
        return unnamed if self.name_labels is None else self.name_labels


def random_scale(generator: np.random.Generator) -> float:
    """A scale factor near 1, or now and then anywhere in the wide range (log-uniform)."""
    if generator.random() < _WIDE_SCALE_SHARE:
        low, high = np.log(_WIDE_SCALE_RANGE)
        return float(np.exp(generator.uniform(low, high)))
    return float(np.exp(generator.normal(0.0, _NARROW_SCALE_SIGMA)))


def take_crop(image: Image.Image, labels: Labels, crop_px: int, generator: np.random.Generator) -> Crop:
    """A crop at a random place, scale, flip and quarter turn; fields smaller than it are padded.

    Every second crop is laid around a white cell, a platelet or a red cell of a rare type, where the field has one.
    """
    scale = random_scale(generator)
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    boxes = labels.boxes_xyxy_px * np.float32(scale)
    names = labels.known_names()
    rare = boxes[(labels.class_indices != _RED_CELL_INDEX) | np.isin(names, _RARE_RED_LABELS)]
    around = rare[generator.integers(len(rare))] if len(rare) and generator.random() < _RARE_CELL_SHARE else None
    left = _offset(width, crop_px, None if around is None else around[[0, 2]], generator)
    top = _offset(height, crop_px, None if around is None else around[[1, 3]], generator)
    pixels = Image.new("RGB", (crop_px, crop_px), _FILL)
    pixels.paste(image.resize((width, height), Image.Resampling.BILINEAR), (-left, -top))
    offset = np.array([left, top, left, top], dtype=np.float32)
    moved = boxes - offset
    visible, ignored = _split_visible(moved, crop_px)
    regions = np.clip(labels.ignored_xyxy_px * np.float32(scale) - offset, 0, crop_px)
    regions = regions[(regions[:, 2:] > regions[:, :2]).all(axis=1)]
    shown = np.clip(np.array([0, 0, width, height], dtype=np.float32) - offset, 0, crop_px)
    crop = Crop(
        image_hwc_u8=np.asarray(pixels),
        boxes_xyxy_px=np.clip(moved[visible], 0, crop_px),
        class_indices=labels.class_indices[visible],
        ignored_xyxy_px=np.concatenate([moved[ignored], regions]).reshape(-1, 4),
        visible_size_px=(float(shown[2] - shown[0]), float(shown[3] - shown[1])),
        is_count_known=not len(regions),
        name_labels=np.where(_shown_share(moved, crop_px) >= _MIN_NAMED_SHARE, names, UNNAMED)[visible],
        red_cell_px=typical_red_cell_px(labels.boxes_xyxy_px, labels.class_indices) * scale,
        box_trust=labels.box_trust,
    )
    return _flipped(crop, generator)


def _offset(length: int, crop_px: int, around: NDArray[np.float32] | None, generator: np.random.Generator) -> int:
    """Where the crop begins along one axis; it may reach beyond the field, which leaves padding.

    With a stretch to lie around, the crop holds the stretch's middle.
    """
    spare = length - crop_px
    margin = crop_px // 10 if spare > 0 else 0
    low, high = min(0, spare) - margin, max(0, spare) + margin
    if around is not None:
        middle = float(around.mean())
        low, high = max(low, round(middle - 0.9 * crop_px)), min(high, round(middle - 0.1 * crop_px))
    return int(generator.integers(low, max(low, high) + 1))


def _split_visible(moved: NDArray[np.float32], crop_px: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    share = _shown_share(moved, crop_px)
    return share >= _MIN_VISIBLE_SHARE, (share > 0) & (share < _MIN_VISIBLE_SHARE)


def _shown_share(moved: NDArray[np.float32], crop_px: int) -> NDArray[np.float32]:
    """Which share of each box lies in the crop."""
    clipped = np.clip(moved, 0, crop_px)
    area = np.prod(moved[:, 2:] - moved[:, :2], axis=1)
    left = np.prod(np.maximum(clipped[:, 2:] - clipped[:, :2], 0), axis=1)
    share: NDArray[np.float32] = left / np.maximum(area, 1e-6)
    return share


def _flipped(crop: Crop, generator: np.random.Generator) -> Crop:
    """One of the eight flips and quarter turns of a square."""
    image, side = crop.image_hwc_u8, crop.image_hwc_u8.shape[0]
    boxes, ignored, visible = crop.boxes_xyxy_px, crop.ignored_xyxy_px, crop.visible_size_px
    if generator.random() < _HALF:
        image, boxes, ignored = image.transpose(1, 0, 2), boxes[:, [1, 0, 3, 2]], ignored[:, [1, 0, 3, 2]]
        visible = visible[::-1]
    if generator.random() < _HALF:
        image = image[:, ::-1]
        boxes, ignored = (
            np.stack([side - b[:, 2], b[:, 1], side - b[:, 0], b[:, 3]], axis=1) for b in (boxes, ignored)
        )
    if generator.random() < _HALF:
        image = image[::-1]
        boxes, ignored = (
            np.stack([b[:, 0], side - b[:, 3], b[:, 2], side - b[:, 1]], axis=1) for b in (boxes, ignored)
        )
    return replace(
        crop,
        image_hwc_u8=np.ascontiguousarray(image),
        boxes_xyxy_px=boxes,
        ignored_xyxy_px=ignored,
        visible_size_px=visible,
    )
