"""Naming a cell: its descriptor out of the embedding map, and what sub-types it speaks for."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from model.classes import NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES
from model.config import DESCRIPTOR_LENGTH, EMBEDDING_STRIDE_PX

_RING = 0.27
"""How far from the middle the eight places around it lie, in sides of the box."""

_SHAPE_NUMBERS = 2
_HIDDEN = 128
_DROPOUT = 0.1


class NameLogits(NamedTuple):
    """Logits of N cells: ``white`` N x 7 in the order of ``NAMED_WHITE_SUBTYPES``, ``red`` N x 12 likewise."""

    white: Tensor
    red: Tensor


class CellNamer(nn.Module):
    """Sub-type logits from a cell's descriptor and its size; one small network for each kind of cell."""

    def __init__(self) -> None:
        super().__init__()
        self.white = _classifier(len(NAMED_WHITE_SUBTYPES))
        self.red = _classifier(len(NAMED_RED_SUBTYPES))

    def forward(self, descriptors: Tensor, shapes: Tensor) -> NameLogits:
        """Logits from descriptors N x DESCRIPTOR_LENGTH and shapes N x 2 (``describe_shapes``)."""
        told = torch.cat([descriptors, shapes], dim=1)
        return NameLogits(self.white(told), self.red(told))


def describe_cells(embedding: Tensor, boxes_xyxy_px: Tensor, image_indices: Tensor | None = None) -> Tensor:
    """Descriptors N x DESCRIPTOR_LENGTH of the cells in N boxes (x1, y1, x2, y2 in input pixels).

    ``embedding`` is B x C x h x w at ``EMBEDDING_STRIDE_PX``; ``image_indices`` N tells whose image each box is in
    (None: all in the first). Read bilinearly in the middle of the box and at eight places around it, a little
    over a quarter of a side away, whose mean is the second half: where the middle of a red cell is pale, or
    dark as in a target cell, the halves differ.
    """
    count, (height, width) = len(boxes_xyxy_px), embedding.shape[2:]
    if not count:
        return embedding.new_zeros(0, DESCRIPTOR_LENGTH)
    indices = torch.zeros(count, dtype=torch.int64, device=embedding.device) if image_indices is None else image_indices
    steps = torch.tensor([-_RING, 0.0, _RING], device=embedding.device)
    offsets = torch.cartesian_prod(steps, steps)
    middles, sides = (boxes_xyxy_px[:, :2] + boxes_xyxy_px[:, 2:]) / 2, boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2]
    places = middles[:, None] + offsets[None] * sides[:, None]
    values = _read(embedding, places / EMBEDDING_STRIDE_PX - 0.5, indices, height, width)
    middle = len(offsets) // 2
    around = (values.sum(dim=1) - values[:, middle]) / (len(offsets) - 1)
    return torch.cat([values[:, middle], around], dim=1)


def describe_shapes(boxes_xyxy_px: Tensor, red_cell_px: Tensor | float) -> Tensor:
    """N x 2: log of the box's size over a typical red cell's of the field, and how long it is for its width.

    ``red_cell_px`` is the median over the field's red cells of the root of the box's area, in the same pixels.
    """
    sides = (boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2]).clamp(min=1.0)
    size = torch.log(sides.prod(dim=1).sqrt() / red_cell_px)
    return torch.stack([size, torch.log(sides[:, 0] / sides[:, 1]).abs()], dim=1)


def _read(embedding: Tensor, places: Tensor, indices: Tensor, height: int, width: int) -> Tensor:
    """N x K x C from N x K places (x, y in positions of the map), bilinearly, the edge repeated beyond the map."""
    x = places[..., 0].clamp(0, width - 1)
    y = places[..., 1].clamp(0, height - 1)
    left, top = x.floor().long(), y.floor().long()
    right, bottom = (left + 1).clamp(max=width - 1), (top + 1).clamp(max=height - 1)
    along_x, along_y = (x - left)[..., None], (y - top)[..., None]
    image = indices[:, None]

    def at(row: Tensor, column: Tensor) -> Tensor:
        return embedding[image, :, row, column].float()

    above = torch.lerp(at(top, left), at(top, right), along_x)
    below = torch.lerp(at(bottom, left), at(bottom, right), along_x)
    return torch.lerp(above, below, along_y)


def _classifier(names: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(DESCRIPTOR_LENGTH + _SHAPE_NUMBERS, _HIDDEN),
        nn.ReLU(inplace=True),
        nn.Dropout(_DROPOUT),
        nn.Linear(_HIDDEN, names),
    )
