"""Mosaics: crops put together of single cells of known sub-type, as many of each kind."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.config import CHANNEL_MEAN_RGB, RED_CELL_DIAMETER_PX
from model.data.packed import PackedField
from model.data.source_groups import group_of
from model.training.name_labels import FIRST_RED_LABEL, UNNAMED, name_labels, typical_red_cell_px
from model.training.targets import NameTargets, name_targets

_TILE_PX = 112
"""About: a white cell is 75 to 120 pixels wide at the network's scale."""

_SCALE_SIGMA = 0.12
_SHIFT_PX = 6.0
_HALF = 0.5
_FILL = tuple(round(255 * value) for value in CHANNEL_MEAN_RGB)

_Item = TypeVar("_Item")

OpenImage = Callable[[PackedField], Image.Image]
"""The packed picture of a field, RGB."""


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A white cell of known sub-type: its field, its box in packed pixels, its label, the field's typical red cell."""

    field: PackedField
    box_xyxy_px: NDArray[np.float32]
    label: int
    red_cell_px: float


class NamedCells:
    """The white cells of known sub-type in some fields, drawn as many of each kind and of each group of sources."""

    def __init__(self, fields: Sequence[PackedField]) -> None:
        self._kinds: defaultdict[int, defaultdict[str, list[NamedCell]]] = defaultdict(lambda: defaultdict(list))
        for field in fields:
            labels, boxes = name_labels(field), field.boxes_array()
            width = typical_red_cell_px(boxes, np.array(field.class_indices, np.int64))
            for index in np.flatnonzero((labels != UNNAMED) & (labels < FIRST_RED_LABEL)):
                cell = NamedCell(field, boxes[index], int(labels[index]), width)
                self._kinds[cell.label][group_of(field.source)].append(cell)

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def draw(self, generator: np.random.Generator) -> NamedCell:
        """One cell: its kind at random, then its group weighed by the root of its size, then the cell."""
        groups = self._kinds[_any(sorted(self._kinds), generator)]
        sizes = np.sqrt([len(groups[group]) for group in sorted(groups)])
        group = sorted(groups)[int(generator.choice(len(sizes), p=sizes / sizes.sum()))]
        return _any(groups[group], generator)


def make_mosaic(
    cells: NamedCells, crop_px: int, open_image: OpenImage, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], NameTargets]:
    """A square picture (crop_px x crop_px x 3) of single cells side by side, and what their names are.

    Each is turned by any angle, flipped, and slightly rescaled. Where one tile ends and the next begins no cell is
    whole, so such a picture teaches names only, never where cells are.
    """
    columns = max(1, crop_px // _TILE_PX)
    side = crop_px // columns
    mosaic = Image.new("RGB", (crop_px, crop_px), _FILL)
    boxes, labels, widths = [], [], []
    for number in range(columns**2):
        cell = cells.draw(generator)
        corner = (number % columns * side, number // columns * side)
        tile, box, scale = _tile(cell, side, open_image(cell.field), generator)
        mosaic.paste(tile, corner)
        boxes.append(box + np.array([*corner, *corner], np.float32))
        labels.append(cell.label)
        widths.append(cell.red_cell_px * scale)
    names = name_targets(np.stack(boxes), np.array(labels, np.int64), np.array(widths, np.float32))
    return np.asarray(mosaic), names


def _tile(
    cell: NamedCell, side: int, image: Image.Image, generator: np.random.Generator
) -> tuple[Image.Image, NDArray[np.float32], float]:
    """A square around the cell turned and rescaled, the cell's box in it, and the scale."""
    scale = float(np.exp(generator.normal(0.0, _SCALE_SIGMA))) * RED_CELL_DIAMETER_PX / cell.red_cell_px
    angle = generator.uniform(0, 2 * np.pi)
    mirror = 1.0 if generator.random() < _HALF else -1.0
    shift = generator.normal(0.0, _SHIFT_PX, 2)
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    turn = np.array([[cosine * mirror, -sine], [sine * mirror, cosine]])  # from tile to packed picture
    middle = (cell.box_xyxy_px[:2] + cell.box_xyxy_px[2:]) / 2
    start = middle - turn @ (np.array([side, side]) / 2 + shift)
    matrix = (turn[0, 0], turn[0, 1], start[0], turn[1, 0], turn[1, 1], start[1])
    tile = image.transform((side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=_FILL)
    width, height = (cell.box_xyxy_px[2:] - cell.box_xyxy_px[:2]) * scale
    # A box turned by any angle is taken as upright again: white cells are round enough for that.
    if abs(np.sin(angle)) > abs(np.cos(angle)):
        width, height = height, width
    x, y = np.array([side, side]) / 2 + shift
    box = np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2], np.float32)
    return tile, np.clip(box, 0, side), scale


def _any(items: Sequence[_Item], generator: np.random.Generator) -> _Item:
    return items[int(generator.integers(len(items)))]
