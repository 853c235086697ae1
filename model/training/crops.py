"""Random crops of packed fields, with their boxes and the regions to ignore."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.config import CHANNEL_MEAN_RGB

_NARROW_SCALE_SIGMA = 0.12
_WIDE_SCALE_SHARE = 0.25
_WIDE_SCALE_RANGE = (0.55, 1.6)
"""A quarter of the crops stray far from the network's scale, so that a first look can measure it."""

_MIN_VISIBLE_SHARE = 0.2
"""Cells of which less is left in the crop are ignored: neither taught as a cell nor as background."""

_HALF = 0.5
_FILL = tuple(round(255 * value) for value in CHANNEL_MEAN_RGB)


@dataclass(frozen=True, slots=True)
class Crop:
    """One training crop.

    ``image_hwc_u8`` is crop x crop x 3; ``boxes_xyxy_px`` N x 4 and ``class_indices`` N are what is
    visible in it; ``ignored_xyxy_px`` M x 4 are regions whose background must not be taught.
    """

    image_hwc_u8: NDArray[np.uint8]
    boxes_xyxy_px: NDArray[np.float32]
    class_indices: NDArray[np.int64]
    ignored_xyxy_px: NDArray[np.float32]


def random_scale(generator: np.random.Generator) -> float:
    """A scale factor near 1, or now and then anywhere in the wide range (log-uniform)."""
    if generator.random() < _WIDE_SCALE_SHARE:
        low, high = np.log(_WIDE_SCALE_RANGE)
        return float(np.exp(generator.uniform(low, high)))
    return float(np.exp(generator.normal(0.0, _NARROW_SCALE_SIGMA)))


def take_crop(
    image: Image.Image,
    boxes_xyxy_px: NDArray[np.float32],
    class_indices: NDArray[np.int64],
    crop_px: int,
    generator: np.random.Generator,
    *,
    is_border_complete: bool = True,
) -> Crop:
    """A crop at a random place, scale, flip and quarter turn; fields smaller than it are padded."""
    scale = random_scale(generator)
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    left = _random_offset(width, crop_px, generator)
    top = _random_offset(height, crop_px, generator)
    pixels = Image.new("RGB", (crop_px, crop_px), _FILL)
    pixels.paste(image.resize((width, height), Image.Resampling.BILINEAR), (-left, -top))
    offset = np.array([left, top, left, top], dtype=np.float32)
    field_px = np.array([0, 0, width, height], dtype=np.float32) - offset
    moved = boxes_xyxy_px * np.float32(scale) - offset
    visible, ignored = _split_visible(moved, crop_px)
    ignored_boxes = moved[ignored]
    if not is_border_complete:
        ignored_boxes = np.concatenate([ignored_boxes, _border_strips(field_px, 22.0 * scale)])
    crop = Crop(
        np.asarray(pixels), np.clip(moved[visible], 0, crop_px), class_indices[visible], ignored_boxes.reshape(-1, 4)
    )
    return _flipped(crop, generator)


def _random_offset(length: int, crop_px: int, generator: np.random.Generator) -> int:
    """Where the crop begins along one axis; it may reach beyond the field, which leaves padding."""
    spare = length - crop_px
    margin = crop_px // 10 if spare > 0 else 0
    return int(generator.integers(min(0, spare) - margin, max(0, spare) + margin + 1))


def _split_visible(moved: NDArray[np.float32], crop_px: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    clipped = np.clip(moved, 0, crop_px)
    area = np.prod(moved[:, 2:] - moved[:, :2], axis=1)
    left = np.prod(np.maximum(clipped[:, 2:] - clipped[:, :2], 0), axis=1)
    share = left / np.maximum(area, 1e-6)
    return share >= _MIN_VISIBLE_SHARE, (share > 0) & (share < _MIN_VISIBLE_SHARE)


def _border_strips(field_px: NDArray[np.float32], depth_px: float) -> NDArray[np.float32]:
    x1, y1, x2, y2 = field_px
    return np.array(
        [
            [x1, y1, x2, y1 + depth_px],
            [x1, y2 - depth_px, x2, y2],
            [x1, y1, x1 + depth_px, y2],
            [x2 - depth_px, y1, x2, y2],
        ],
        dtype=np.float32,
    )


def _flipped(crop: Crop, generator: np.random.Generator) -> Crop:
    """One of the eight flips and quarter turns of a square."""
    image, side = crop.image_hwc_u8, crop.image_hwc_u8.shape[0]
    boxes, ignored = crop.boxes_xyxy_px, crop.ignored_xyxy_px
    if generator.random() < _HALF:
        image, boxes, ignored = image.transpose(1, 0, 2), boxes[:, [1, 0, 3, 2]], ignored[:, [1, 0, 3, 2]]
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
    return Crop(np.ascontiguousarray(image), boxes, crop.class_indices, ignored)
