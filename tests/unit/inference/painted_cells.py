"""Painted discs in place of cells, and an engine in place of the network that finds them exactly.

What it finds depends only on the pixels it is given, so whatever differs between two looks is the
doing of the code around the network: rescaling, tiling, decoding and the way back to image pixels.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional

from model.classes import CELL_CLASSES, CellClass
from model.config import (
    CHANNEL_MEAN_RGB,
    CHANNEL_STD_RGB,
    COUNT_UNIT_PX2,
    EMBEDDING_CHANNELS,
    EMBEDDING_STRIDE_PX,
    OUTPUT_STRIDE_PX,
)
from model.decoding import DecodingSettings
from model.inference.network_pass import NetworkPass
from model.network import DenseOutput
from model.types import Size

_BACKGROUND = (235, 225, 230)
_PAINT = {
    CellClass.RED_BLOOD_CELL: (190, 60, 60),
    CellClass.WHITE_BLOOD_CELL: (60, 60, 190),
    CellClass.PLATELET: (60, 190, 60),
}
"""The strongest channel tells the class: red, blue, green."""

_STRONGEST_CHANNEL = {0: CellClass.RED_BLOOD_CELL, 2: CellClass.WHITE_BLOOD_CELL, 1: CellClass.PLATELET}
_MOST_GREY = 0.65
"""Pixels whose mean over the channels, in 0..1, is below this belong to a disc; edges count half."""

_FOUND, _NOT_FOUND = 3.0, -9.0
SETTINGS = DecodingSettings(thresholds=(0.5, 0.5, 0.5))


@dataclass(frozen=True, slots=True)
class Disc:
    """A painted cell; centre and diameter in pixels."""

    x: float
    y: float
    diameter: float
    cell_class: CellClass = CellClass.RED_BLOOD_CELL


def paint(size: Size, discs: list[Disc]) -> NDArray[np.uint8]:
    """The discs on a pale background, height x width x 3."""
    picture = Image.new("RGB", (size.width, size.height), _BACKGROUND)
    pen = ImageDraw.Draw(picture)
    for disc in discs:
        radius = disc.diameter / 2
        sides = (disc.x - radius, disc.y - radius, disc.x + radius - 1, disc.y + radius - 1)
        pen.ellipse(sides, fill=_PAINT[disc.cell_class])
    return np.array(picture)


def find_discs(images_nchw_f32: Tensor, rounding_px: int = 1) -> DenseOutput:
    """An engine: each connected dark patch is a cell, its centre on the nearest position, its box the patch's own.

    Like a network's, its boxes can depend on where its grid falls on the image: they are rounded to
    ``rounding_px`` from the corner of what it is shown.
    """
    std, mean = (np.array(values).reshape(3, 1, 1) for values in (CHANNEL_STD_RGB, CHANNEL_MEAN_RGB))
    image = images_nchw_f32[0].numpy() * std + mean
    is_dark = image.mean(axis=0) < _MOST_GREY
    height, width = (side // OUTPUT_STRIDE_PX for side in is_dark.shape)
    heat = torch.full((3, height, width), _NOT_FOUND)
    distances = torch.ones(4, height, width)
    for rows, columns in _patches(is_dark):
        sides = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        x1, y1, x2, y2 = (round(side / rounding_px) * rounding_px for side in sides)
        column, row = int((x1 + x2) / 2) // OUTPUT_STRIDE_PX, int((y1 + y2) / 2) // OUTPUT_STRIDE_PX
        x, y = (place * OUTPUT_STRIDE_PX + OUTPUT_STRIDE_PX / 2 for place in (column, row))
        colour = image[:, rows, columns].mean(axis=1)
        heat[CELL_CLASSES.index(_STRONGEST_CHANNEL[int(colour.argmax())]), row, column] = _FOUND
        distances[:, row, column] = torch.tensor([x - x1, y - y1, x2 - x, y2 - y])
    # Cells a unit of area, as a count head that is never wrong would say it of what it is shown.
    shown_px2 = is_dark.size
    densities = (heat == _FOUND).sum(dim=(1, 2)).float() * COUNT_UNIT_PX2 / shown_px2
    quality = torch.full((1, 1, height, width), 9.0)
    return DenseOutput(heat[None], distances[None], quality, densities[None], _embedding(image))


def _embedding(image_chw: NDArray[np.float64]) -> Tensor:
    """The mean colour of each position in the first three channels, in 0..1, and nothing in the others."""
    colours = functional.avg_pool2d(torch.from_numpy(image_chw)[None].float(), EMBEDDING_STRIDE_PX)
    return functional.pad(colours, (0, 0, 0, 0, 0, EMBEDDING_CHANNELS - 3))


def dense(heat: Tensor, distances: Tensor) -> DenseOutput:
    """An output with these maps (N x 3 and N x 4 x h x w) that says nothing in all others."""
    images, _, height, width = heat.shape
    embedding = torch.zeros(images, EMBEDDING_CHANNELS, height // 2, width // 2)
    quality = torch.zeros(images, 1, height, width)
    return DenseOutput(heat, distances, quality, torch.ones(images, 3), embedding)


def disc_pass(rounding_px: int = 1) -> NetworkPass:
    """The passes of a field with the disc-finding engine in the network's place."""
    return NetworkPass(lambda images: find_discs(images, rounding_px), torch.device("cpu"), SETTINGS)


def _patches(is_dark: NDArray[np.bool_]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows and columns of each connected patch; patches less than a stride apart count as one."""
    coarse = functional.max_pool2d(torch.from_numpy(is_dark)[None, None].float(), OUTPUT_STRIDE_PX)
    labels = torch.arange(1.0, coarse.numel() + 1).reshape(coarse.shape) * coarse
    while True:
        spread = functional.max_pool2d(labels, kernel_size=3, stride=1, padding=1) * coarse
        if torch.equal(spread, labels):
            break
        labels = spread
    rows, columns = np.nonzero(is_dark)
    label_of_pixel = labels[0, 0].numpy()[rows // OUTPUT_STRIDE_PX, columns // OUTPUT_STRIDE_PX]
    order = np.argsort(label_of_pixel, kind="stable")
    starts = np.flatnonzero(np.diff(label_of_pixel[order])) + 1
    patches = list(zip(np.split(rows[order], starts), np.split(columns[order], starts), strict=True))
    return patches if len(rows) else []
