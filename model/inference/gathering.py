"""What the tiles of one look found, put together: every cell once, in the frame of the whole input."""

import itertools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from model.decoding import DecodingSettings, RawDetections, keep_distinct
from model.inference.tiles import Tile

_SEAM_PX = 8.0
"""Two tiles may place the middle of one cell this far apart. Both keep it, and ``gather`` keeps one of the two; were a
tile to keep only what lies in its core, each could place the cell in the other's and it would be lost."""


def found_near_core(found: RawDetections, tile: Tile) -> RawDetections:
    """Of the detections in the tile's own pixels those centred in its core or just beside it, in whole-input pixels."""
    shift = torch.tensor([tile.left, tile.top, tile.left, tile.top], dtype=torch.float32)
    moved = found._replace(boxes_xyxy_px=found.boxes_xyxy_px + shift)
    return moved.select(_is_in_core(moved.boxes_xyxy_px, tile, beyond_px=_SEAM_PX))


def gather(parts: Sequence[RawDetections], tiles: Sequence[Tile], settings: DecodingSettings) -> RawDetections:
    """The detections of all tiles without second boxes on one cell, highest score first.

    ``parts`` holds what ``found_near_core`` gave for each of ``tiles``. A second box lies within a cell's
    width of the first, so each core is cleared by itself, with the detections in its halo as witnesses:
    time and memory grow with the number of cells, where comparing all with all grows with its square
    (60,000 boxes took 40 s).
    """
    if len(tiles) == 1:
        return keep_distinct(parts[0], settings)
    cleared = []
    for tile, neighbours in zip(tiles, _neighbourhoods(tiles), strict=True):
        around = RawDetections.together([parts[index] for index in neighbours])
        seen = keep_distinct(around.select(_is_in_tile(around.boxes_xyxy_px, tile)), settings)
        cleared.append(seen.select(_is_in_core(seen.boxes_xyxy_px, tile)))
    kept = RawDetections.together(cleared)
    return kept.select(torch.argsort(kept.scores, descending=True, stable=True))


def _neighbourhoods(tiles: Sequence[Tile]) -> Iterator[list[int]]:
    """For each of the tiles, which lie row by row, itself and those beside it: no halo reaches beyond."""
    columns = sum(tile.core_top == tiles[0].core_top for tile in tiles)
    rows = len(tiles) // columns
    for row, column in itertools.product(range(rows), range(columns)):
        beside = range(max(0, column - 1), min(columns, column + 2))
        yield [y * columns + x for y in range(max(0, row - 1), min(rows, row + 2)) for x in beside]


def _is_in_core(boxes_xyxy_px: Tensor, tile: Tile, beyond_px: float = 0.0) -> Tensor:
    core = (tile.core_left, tile.core_top, tile.core_right, tile.core_bottom)
    return _is_centred_in(boxes_xyxy_px, tile, core, beyond_px)


def _is_in_tile(boxes_xyxy_px: Tensor, tile: Tile) -> Tensor:
    return _is_centred_in(boxes_xyxy_px, tile, (tile.left, tile.top, tile.right, tile.bottom), 0.0)


def _is_centred_in(boxes_xyxy_px: Tensor, tile: Tile, part: tuple[int, int, int, int], beyond_px: float) -> Tensor:
    """Whether boxes are centred in a part of the tile, which is open where the tile ends with the image.

    A box regressed slightly beyond the image so still belongs to its border tile.
    """
    x1, y1, x2, y2 = boxes_xyxy_px.unbind(dim=1)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    left, top, right, bottom = part
    is_inside = torch.ones_like(x, dtype=torch.bool)
    if tile.core_left > tile.left:
        is_inside &= x >= left - beyond_px
    if tile.core_top > tile.top:
        is_inside &= y >= top - beyond_px
    if tile.core_right < tile.right:
        is_inside &= x < right + beyond_px
    if tile.core_bottom < tile.bottom:
        is_inside &= y < bottom + beyond_px
    return is_inside
