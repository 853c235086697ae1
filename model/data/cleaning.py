"""Cleaning: what is dropped from the raw data sets, and why, counted for the report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from model.classes import CELL_CLASSES, CellClass
from model.data.fields import AnnotatedField

_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)
_WHITE_CELL_INDEX = CELL_CLASSES.index(CellClass.WHITE_BLOOD_CELL)
_MANY_CELLS = 10
"""A field with this many white cells, and this many times as many as red ones, is no smear of blood."""

_CLEARLY_LARGER = 1.5
_MIN_SIDE_PX = 4.0
"""Boxes thinner than this are slips of the mouse, not cells."""


def clean_fields(fields: Iterable[AnnotatedField]) -> tuple[list[AnnotatedField], Counter[str]]:
    """Readable fields with usable boxes, and how many of what was dropped or mended, by reason."""
    kept, dropped = [], Counter[str]()
    for field in fields:
        try:
            with Image.open(field.image_path) as image:
                image.load()
                size = (image.width, image.height)
        except (UnidentifiedImageError, OSError):
            dropped[f"{field.source}: unreadable image"] += 1
            continue
        kept.append(_with_clean_boxes(field, size, dropped))
    return kept, dropped


def _with_clean_boxes(field: AnnotatedField, size: tuple[int, int], dropped: Counter[str]) -> AnnotatedField:
    limits = np.array([*size, *size], dtype=np.float32)
    finite = np.isfinite(field.boxes_xyxy_px).all(axis=1)
    clipped = np.clip(field.boxes_xyxy_px, 0, limits)
    large_enough = ((clipped[:, 2:] - clipped[:, :2]) >= _MIN_SIDE_PX).all(axis=1)
    first = _first_of_equals(clipped, field.class_indices)
    keep = finite & large_enough & first
    for reason, flags in (
        ("box not finite", ~finite),
        ("box empty or outside the image", finite & ~large_enough),
        ("same box twice", ~first),
    ):
        dropped[f"{field.source}: {reason}"] += int(flags.sum())
    outside = finite & (np.abs(clipped - field.boxes_xyxy_px) > 1).any(axis=1)
    dropped[f"{field.source}: box clipped to the image (kept)"] += int((outside & keep).sum())
    cleaned = replace(field, boxes_xyxy_px=clipped[keep], class_indices=field.class_indices[keep])
    return _with_classes_put_right(cleaned, dropped)


def _with_classes_put_right(field: AnnotatedField, dropped: Counter[str]) -> AnnotatedField:
    """The field with red and white cells exchanged where its publisher exchanged them.

    Deep Bio-Net has such fields: dozens of small "white" cells around one large "red" one.
    """
    boxes, classes = field.boxes_xyxy_px, field.class_indices
    is_red, is_white = classes == _RED_CELL_INDEX, classes == _WHITE_CELL_INDEX
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    if is_white.sum() < _MANY_CELLS or is_white.sum() < _MANY_CELLS * max(1, is_red.sum()):
        return field
    if is_red.any() and np.median(areas[is_red]) < _CLEARLY_LARGER * np.median(areas[is_white]):
        return field
    dropped[f"{field.source}: red and white cells exchanged (mended)"] += 1
    put_right = np.where(is_red, _WHITE_CELL_INDEX, np.where(is_white, _RED_CELL_INDEX, classes))
    return replace(field, class_indices=put_right)


def _first_of_equals(boxes: NDArray[np.float32], classes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for the first of each set of boxes equal to a pixel and of one class."""
    rows = np.concatenate([np.nan_to_num(boxes).round(), classes[:, None]], axis=1)
    _, first = np.unique(rows, axis=0, return_index=True)
    flags = np.zeros(len(rows), dtype=bool)
    flags[first] = True
    return flags
