"""Cleaning: what is dropped from the raw data sets, and why, counted for the report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from model.data.fields import AnnotatedField

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
    return replace(field, boxes_xyxy_px=clipped[keep], class_indices=field.class_indices[keep])


def _first_of_equals(boxes: NDArray[np.float32], classes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for the first of each set of boxes equal to a pixel and of one class."""
    rows = np.concatenate([np.nan_to_num(boxes).round(), classes[:, None]], axis=1)
    _, first = np.unique(rows, axis=0, return_index=True)
    flags = np.zeros(len(rows), dtype=bool)
    flags[first] = True
    return flags
