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

KEPT_PX = 144
"""Side of a picture of the reference library."""

_KEPT_QUALITY = 94
"""They are compressed twice: when they are cut out, and on each sheet."""


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
    for position, box in enumerate(boxes):
        row, column = divmod(position, COLUMNS)
        sheet.paste(_crop(image, box, usual_px, tile_px), (column * tile_px, row * tile_px))
    return _jpeg(sheet, _QUALITY)


def draw_cell(image: Image.Image, box: BoxXyxy, usual_px: float) -> bytes:
    """One cell as a JPEG of its own, to be kept."""
    return _jpeg(_crop(image, box, usual_px, KEPT_PX), _KEPT_QUALITY)


def join_cells(pictures: Sequence[bytes]) -> bytes:
    """Cells that were kept, side by side on one JPEG."""
    sheet = Image.new("RGB", kept_sheet_size(len(pictures)), _BACKGROUND)
    for position, picture in enumerate(pictures):
        row, column = divmod(position, COLUMNS)
        with Image.open(BytesIO(picture), formats=("JPEG",)) as cell:
            sheet.paste(cell, (column * KEPT_PX, row * KEPT_PX))
    return _jpeg(sheet, _KEPT_QUALITY)


def kept_sheet_size(cells: int) -> tuple[int, int]:
    """Width and height in pixels of a sheet of cells that were kept."""
    return COLUMNS * KEPT_PX, max(1, -(-cells // COLUMNS)) * KEPT_PX


def _crop(image: Image.Image, box: BoxXyxy, usual_px: float, tile_px: int) -> Image.Image:
    x1, y1, x2, y2 = box
    side = max(usual_px, _OWN_ROOM * max(x2 - x1, y2 - y1))
    left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
    return _cut(image, left, top, side).resize((tile_px, tile_px), Image.Resampling.BICUBIC)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format="JPEG", quality=quality)
    return buffer.getvalue()


def _cut(image: Image.Image, left: float, top: float, side: float) -> Image.Image:
    """A square of the image; what lies outside it is background and not black, which would look like a nucleus."""
    x, y, size = round(left), round(top), max(1, round(side))
    square = Image.new("RGB", (size, size), _BACKGROUND)
    inside = (max(0, x), max(0, y), min(image.width, x + size), min(image.height, y + size))
    if inside[0] < inside[2] and inside[1] < inside[3]:
        square.paste(image.crop(inside), (inside[0] - x, inside[1] - y))
    return square
