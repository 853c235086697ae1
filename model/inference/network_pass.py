"""One look of the network at an image rescaled by a factor: detections in image pixels."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from model.config import CHANNEL_MEAN_RGB, CHANNEL_STD_RGB, INPUT_MULTIPLE_PX
from model.decoding import DecodingSettings, RawDetections, decode, keep_distinct
from model.inference.tiles import Tile, tiles_of
from model.network import DenseOutput
from model.types import Size

_MIN_SIDE_PX = 0.5
"""Of a box clipped to the image; what is left of a thinner one shows no cell."""

Engine = Callable[[Tensor], DenseOutput]
"""Runs the network on normalised images N x 3 x H x W (float32, sides multiples of 32)."""


@dataclass(slots=True)
class StageTimer:
    """Milliseconds spent a stage, added up over passes and tiles."""

    timings_ms: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, started: float) -> float:
        """Add the time since ``started`` (``time.perf_counter``) to a stage; returns the time now."""
        now = time.perf_counter()
        self.timings_ms[stage] = self.timings_ms.get(stage, 0.0) + (now - started) * 1000
        return now


class NetworkPass:
    """The network as the passes of one field use it: rescaling, tiling, running, decoding."""

    def __init__(self, engine: Engine, device: torch.device, settings: DecodingSettings) -> None:
        self._engine, self._device, self._settings = engine, device, settings
        self._mean = torch.tensor(CHANNEL_MEAN_RGB, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(CHANNEL_STD_RGB, device=device).view(1, 3, 1, 1)

    def look(self, image_hwc_u8: NDArray[np.uint8], scale: float, min_score: float, timer: StageTimer) -> RawDetections:
        """Detections in pixels of the image given, from the image rescaled by ``scale``.

        Boxes are clipped to the image; those on the CPU are returned, highest score first.
        """
        started = time.perf_counter()
        resized = _resize(image_hwc_u8, scale)
        timer.add("resize", started)
        size = Size(width=resized.shape[1], height=resized.shape[0])
        parts = [self._look_at_tile(resized, tile, min_score, timer) for tile in tiles_of(size)]
        started = time.perf_counter()
        found = keep_distinct(
            RawDetections(*(torch.cat(column) for column in zip(*parts, strict=True))), self._settings
        )
        found = _to_image_frame(found, size, Size(image_hwc_u8.shape[1], image_hwc_u8.shape[0]))
        timer.add("decoding", started)
        return found

    def _look_at_tile(
        self, image_hwc_u8: NDArray[np.uint8], tile: Tile, min_score: float, timer: StageTimer
    ) -> RawDetections:
        started = time.perf_counter()
        pixels = image_hwc_u8[tile.top : tile.bottom, tile.left : tile.right]
        output = self._engine(self._prepare(pixels))
        found = decode(
            output.heat_logits[0],
            output.distances_px[0],
            output.quality_logits[0],
            min_score,
            self._settings.quality_power,
        )
        found = RawDetections(*(part.cpu() for part in found))  # waits for a GPU, so that its time counts here
        started = timer.add("network", started)
        shift = torch.tensor([tile.left, tile.top, tile.left, tile.top], dtype=torch.float32)
        found = found._replace(boxes_xyxy_px=found.boxes_xyxy_px + shift)
        found = found.select(_is_in_core(found.boxes_xyxy_px, tile))
        timer.add("decoding", started)
        return found

    def _prepare(self, pixels_hwc_u8: NDArray[np.uint8]) -> Tensor:
        """Normalised 1 x 3 x H x W, padded on the right and at the bottom with the mean colour."""
        image = torch.from_numpy(np.ascontiguousarray(pixels_hwc_u8)).to(self._device)
        image = (image.permute(2, 0, 1)[None].float() / 255 - self._mean) / self._std
        height, width = image.shape[2:]
        padding = (0, -width % INPUT_MULTIPLE_PX, 0, -height % INPUT_MULTIPLE_PX)
        return torch.nn.functional.pad(image, padding).contiguous(memory_format=torch.channels_last)


def _resize(image_hwc_u8: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    height, width = image_hwc_u8.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return image_hwc_u8
    # Reducing by whole factors first keeps a huge photograph from being filtered at full size.
    resized = Image.fromarray(image_hwc_u8).resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    return np.array(resized)


def _is_in_core(boxes_xyxy_px: Tensor, tile: Tile) -> Tensor:
    x = (boxes_xyxy_px[:, 0] + boxes_xyxy_px[:, 2]) / 2
    y = (boxes_xyxy_px[:, 1] + boxes_xyxy_px[:, 3]) / 2
    # The outer edges are open: a box regressed slightly beyond the image still belongs to its border tile.
    right_of = x >= tile.core_left if tile.core_left > 0 else torch.ones_like(x, dtype=torch.bool)
    below = y >= tile.core_top if tile.core_top > 0 else torch.ones_like(x, dtype=torch.bool)
    left_of = x < tile.core_right if tile.right > tile.core_right else torch.ones_like(x, dtype=torch.bool)
    above = y < tile.core_bottom if tile.bottom > tile.core_bottom else torch.ones_like(x, dtype=torch.bool)
    return right_of & below & left_of & above


def _to_image_frame(found: RawDetections, resized: Size, original: Size) -> RawDetections:
    """Boxes in pixels of the original image, clipped to it; boxes wholly outside it are dropped."""
    factors = torch.tensor([original.width / resized.width, original.height / resized.height]).repeat(2)
    limits = torch.tensor([original.width, original.height], dtype=torch.float32).repeat(2)
    boxes = torch.minimum((found.boxes_xyxy_px * factors).clamp(min=0), limits)
    is_inside = (boxes[:, 2:] - boxes[:, :2] > _MIN_SIDE_PX).all(dim=1)
    return found._replace(boxes_xyxy_px=boxes).select(is_inside)
