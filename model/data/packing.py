"""Transforming a field: rescaling its image and labels to the network's scale, and packing it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.classes import CELL_CLASSES, CellClass
from model.data.fields import AnnotatedField, CellPoint
from model.data.packed import IMAGE_FOLDER, PackedField
from model.data.splits import Split, split_of
from model.types import Size

WEBP_QUALITY = 80
"""Of the packed images; WebP stores colour at half the resolution, which a cell of 50 pixels bears."""

_WEBP_METHOD = 4
_PACKED_SPLITS = (Split.TRAIN, Split.TUNE)
_WHITE_CELL_INDEX = CELL_CLASSES.index(CellClass.WHITE_BLOOD_CELL)

Quads = tuple[tuple[float, float, float, float], ...]


def pack_field(field: AnnotatedField, scale: float, out: Path) -> PackedField:
    """The field at ``scale``; its image is written into ``out`` if its split trains or tunes."""
    split = split_of(field)
    file_name = f"{field.source}_{field.name}.webp" if split in _PACKED_SPLITS else ""
    if file_name:
        size = write_image(field.image_path, scale, out / IMAGE_FOLDER / file_name)
    else:
        with Image.open(field.image_path) as opened:
            size = scaled_size(opened.size, scale)
    return PackedField(
        key=field.key,
        source=field.source,
        original=field.original,
        split=split,
        file_name=file_name,
        original_path=str(field.image_path.resolve()),
        width=size.width,
        height=size.height,
        scale=scale,
        boxes_xyxy_px=as_quads(field.boxes_xyxy_px * scale),
        class_indices=tuple(int(index) for index in field.class_indices),
        label_modes=field.label_modes,
        is_border_complete=field.is_border_complete,
        box_subtypes=_box_subtypes(field),
        points=tuple(scaled_point(point, scale) for point in field.points),
        white_cell_subtypes=tuple(subtype.value for subtype in field.white_cell_subtypes),
        ignored_xyxy_px=as_quads(field.ignored_xyxy_px * scale),
    )


def write_image(source: Path, scale: float, target: Path) -> Size:
    """Write an image rescaled by ``scale`` as WebP and return its new size."""
    with Image.open(source) as opened:
        image = opened.convert("RGB")
    size = scaled_size(image.size, scale)
    image.resize((size.width, size.height), Image.Resampling.BICUBIC, reducing_gap=2.0).save(
        target, "WEBP", quality=WEBP_QUALITY, method=_WEBP_METHOD
    )
    return size


def scaled_size(size: tuple[int, int], scale: float) -> Size:
    """Width and height after rescaling, at least one pixel each."""
    return Size(max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))


def scaled_point(point: CellPoint, scale: float) -> CellPoint:
    """The point in an image rescaled by ``scale``."""
    return CellPoint(round(point.x_px * scale, 2), round(point.y_px * scale, 2), point.class_index, point.subtype)


def as_quads(boxes_xyxy_px: NDArray[np.float32]) -> Quads:
    """Boxes N x 4 as they are written into the index, to a hundredth of a pixel."""
    return tuple((round(a, 2), round(b, 2), round(c, 2), round(d, 2)) for a, b, c, d in boxes_xyxy_px.tolist())


def _box_subtypes(field: AnnotatedField) -> tuple[str | None, ...]:
    """The sub-type of each box, where a point lies in one box of its class or the field has one white cell of one type.

    Empty where no box has one.
    """
    boxes, classes = field.boxes_xyxy_px, field.class_indices
    subtypes: list[str | None] = [None] * len(boxes)
    for point in field.points:
        place = np.array([point.x_px, point.y_px])
        inside = (boxes[:, :2] <= place).all(axis=1) & (boxes[:, 2:] >= place).all(axis=1)
        inside &= classes == point.class_index
        if inside.sum() == 1:
            subtypes[int(inside.argmax())] = point.subtype
    white = np.flatnonzero(classes == _WHITE_CELL_INDEX)
    if len(white) == 1 and len(field.white_cell_subtypes) == 1:
        subtypes[white[0]] = field.white_cell_subtypes[0].value
    return tuple(subtypes) if any(subtypes) else ()
