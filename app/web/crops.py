"""The cells of a field cut out and laid side by side on one picture, so that a gallery decodes a field once.

A network's cells never change, and a person's cells are only ever added: a sheet is told by what lies on it, and may be
kept for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from statistics import median

from PIL import Image

from model.types import BoxXyxy

COLUMNS = 20
_TILE_PX = {"RBC": 64, "PLT": 48, "WBC": 112}
_ROOM = {"RBC": 1.5, "PLT": 2.4, "WBC": 1.35}
"""Side of a crop in sides of the field's middle cell of the class: all cells of a class keep one scale, so that a
large one looks large."""

_OWN_ROOM = 1.1
"""A cell too large for that gets this many of its own longer side."""

_BACKGROUND = (236, 232, 232)
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class CropPlace:
    """Where a cell lies on its sheet: column and row, and the side of a tile in pixels."""

    column: int
    row: int
    tile_px: int


def crop_place(cell_class: str, position: int) -> CropPlace:
    """The place of a sheet's cell, counted from 0."""
    row, column = divmod(position, COLUMNS)
    return CropPlace(column, row, _TILE_PX[cell_class])


def sheet_size(cell_class: str, cells: int) -> tuple[int, int]:
    """Width and height of a sheet in pixels."""
    tile = _TILE_PX[cell_class]
    return COLUMNS * tile, max(1, -(-cells // COLUMNS)) * tile


def usual_crop_px(cell_class: str, boxes: Sequence[BoxXyxy]) -> float:
    """Side of a crop of a class, in pixels of the field, told from the field's cells of the class; 0 without any."""
    return _ROOM[cell_class] * median(max(x2 - x1, y2 - y1) for x1, y1, x2, y2 in boxes) if boxes else 0.0


def draw_sheet(image: Image.Image, cell_class: str, boxes: Sequence[BoxXyxy], usual_px: float) -> bytes:
    """The crops of these boxes as one JPEG."""
    tile_px = _TILE_PX[cell_class]
    sheet = Image.new("RGB", sheet_size(cell_class, len(boxes)), _BACKGROUND)
    for position, (x1, y1, x2, y2) in enumerate(boxes):
        side = max(usual_px, _OWN_ROOM * max(x2 - x1, y2 - y1))
        left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
        crop = _cut(image, left, top, side).resize((tile_px, tile_px), Image.Resampling.BICUBIC)
        row, column = divmod(position, COLUMNS)
        sheet.paste(crop, (column * tile_px, row * tile_px))
    buffer = BytesIO()
    sheet.save(buffer, format="JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _cut(image: Image.Image, left: float, top: float, side: float) -> Image.Image:
    """A square of the image; what lies outside it is background and not black, which would look like a nucleus."""
    x, y, size = round(left), round(top), max(1, round(side))
    square = Image.new("RGB", (size, size), _BACKGROUND)
    inside = (max(0, x), max(0, y), min(image.width, x + size), min(image.height, y + size))
    if inside[0] < inside[2] and inside[1] < inside[3]:
        square.paste(image.crop(inside), (inside[0] - x, inside[1] - y))
    return square
