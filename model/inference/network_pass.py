"""One look of the network at an image rescaled by a factor: detections in image pixels."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.config import CHANNEL_MEAN_RGB, CHANNEL_STD_RGB, INPUT_MULTIPLE_PX
from model.counting import TileDensities, compute_head_counts
from model.decoding import DecodingSettings, RawDetections, decode
from model.inference.embedding_statistics import EmbeddingStatistics
from model.inference.gathering import found_near_core, gather
from model.inference.progress import StageTimer, TileProgress
from model.inference.rescaled import RescaledImage
from model.inference.tiles import Tile, tiles_of
from model.network import DenseOutput, describe_cells
from model.types import Size

_MIN_SIDE_PX = 0.5
"""Of a box clipped to the image; what is left of a thinner one shows no cell."""

Engine = Callable[[Tensor], DenseOutput]
"""Runs the network on normalised images N x 3 x H x W (float32, sides multiples of 32)."""

InputListener = Callable[[Tensor], None]
"""Is given each normalised image 1 x 3 x H x W before the network sees it."""


class FieldLook(NamedTuple):
    """What one look gave: the cells found, in pixels of the image, and the count head's numbers by class code.

    ``features`` (2 x EMBEDDING_CHANNELS) are mean and standard deviation of the embedding over the image: what the
    field looks like as a whole, whatever its size.
    """

    found: RawDetections
    head_counts: dict[str, float]
    features: NDArray[np.float32]


class NetworkPass:
    """The network as the passes of one field use it: rescaling, tiling, running, decoding."""

    def __init__(
        self,
        engine: Engine,
        device: torch.device,
        settings: DecodingSettings,
        listener: InputListener = lambda _: None,
    ) -> None:
        self._engine, self._device, self._settings, self._listener = engine, device, settings, listener
        self._mean = torch.tensor(CHANNEL_MEAN_RGB, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(CHANNEL_STD_RGB, device=device).view(1, 3, 1, 1)

    def look(
        self,
        image_hwc_u8: NDArray[np.uint8],
        scale: float,
        min_score: float,
        timer: StageTimer,
        progress: TileProgress | None = None,
    ) -> FieldLook:
        """Detections in pixels of the image given, and the count head's numbers, from the image rescaled by ``scale``.

        The image is rescaled and looked at tile by tile; neither the rescaled image nor the network's
        maps of it ever exist as a whole. Boxes are clipped to the image; those on the CPU are
        returned, highest score first.
        """
        image = RescaledImage.by(image_hwc_u8, scale)
        tiles = list(tiles_of(image.size))
        progress = progress or TileProgress()
        progress.expect(len(tiles))
        parts, densities, features = [], [], EmbeddingStatistics()
        for tile in tiles:
            part, density = self._look_at_tile(image, tile, min_score, timer, features)
            parts.append(part)
            densities.append(density)
            progress.tile_done()
        started = time.perf_counter()
        found = gather(parts, tiles, self._settings)
        found = _to_image_frame(found, image.ratio, Size(image_hwc_u8.shape[1], image_hwc_u8.shape[0]))
        timer.add("decoding", started)
        return FieldLook(found, compute_head_counts(densities, image.size), features.values())

    def _look_at_tile(
        self, image: RescaledImage, tile: Tile, min_score: float, timer: StageTimer, features: EmbeddingStatistics
    ) -> tuple[RawDetections, TileDensities]:
        started = time.perf_counter()
        pixels = image.region(tile.left, tile.top, tile.right, tile.bottom)
        started = timer.add("resize", started)
        prepared = self._prepare(pixels)
        self._listener(prepared)
        output = self._engine(prepared)
        found = decode(
            output.heat_logits[0],
            output.distances_px[0],
            output.quality_logits[0],
            min_score,
            self._settings.quality_power,
        )
        descriptors = describe_cells(output.embedding, found.boxes_xyxy_px)
        # Waits for a GPU, so that its time counts here; half the digits, as a large image has 60,000 cells.
        boxes, scores, class_indices = (part.cpu() for part in found[:3])
        found = RawDetections(boxes, scores, class_indices, descriptors.half().cpu())
        started = timer.add("network", started)
        features.add(output.embedding[0], Size(width=pixels.shape[1], height=pixels.shape[0]))
        found = found_near_core(found, tile)
        padded_px, shown_px = (Size(width=shape[1], height=shape[0]) for shape in (prepared.shape[2:], pixels.shape))
        densities = TileDensities(tuple(output.densities[0].tolist()), padded_px, shown_px)
        timer.add("decoding", started)
        return found, densities

    def _prepare(self, pixels_hwc_u8: NDArray[np.uint8]) -> Tensor:
        """Normalised 1 x 3 x H x W, padded on the right and at the bottom with the mean colour."""
        image = torch.from_numpy(np.ascontiguousarray(pixels_hwc_u8)).to(self._device)
        image = (image.permute(2, 0, 1)[None].float() / 255 - self._mean) / self._std
        height, width = image.shape[2:]
        padding = (0, -width % INPUT_MULTIPLE_PX, 0, -height % INPUT_MULTIPLE_PX)
        return torch.nn.functional.pad(image, padding).contiguous(memory_format=torch.channels_last)


def _to_image_frame(found: RawDetections, ratio: float, image: Size) -> RawDetections:
    """Boxes in pixels of the image (``ratio`` to an input pixel), clipped to it; those wholly outside are dropped."""
    limits = torch.tensor([image.width, image.height], dtype=torch.float32).repeat(2)
    boxes = torch.minimum((found.boxes_xyxy_px * ratio).clamp(min=0), limits)
    is_inside = (boxes[:, 2:] - boxes[:, :2] > _MIN_SIDE_PX).all(dim=1)
    return found._replace(boxes_xyxy_px=boxes).select(is_inside)
