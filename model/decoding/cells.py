"""Peaks of the heat-maps, their boxes, and the removal of second boxes on one cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import batched_nms, nms

from model.decoding.grid import grid_centres_px


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """How peaks become cells; chosen on the tuning split and stored in the weights manifest.

    ``thresholds``: working score a class, in the order of ``CELL_CLASSES``. ``same_class_iou`` and
    ``any_class_iou``: of two boxes that overlap more than this, the one with the lower score goes.
    ``quality_power``: share (0 to below 1) of a box's expected overlap in its score, which is
    heat ** (1 - power) * overlap ** power.
    """

    thresholds: tuple[float, ...]
    same_class_iou: float = 0.6
    any_class_iou: float = 0.85
    quality_power: float = 0.0


class RawDetections(NamedTuple):
    """N detections: boxes N x 4 (x1, y1, x2, y2 in px), scores N in 0..1, class indices N (int64).

    ``descriptors`` N x DESCRIPTOR_LENGTH is what the cells are named from; None before they are read.
    """

    boxes_xyxy_px: Tensor
    scores: Tensor
    class_indices: Tensor
    descriptors: Tensor | None = None

    def select(self, chosen: Tensor) -> "RawDetections":
        """The detections at the given indices or where the mask is true."""
        descriptors = None if self.descriptors is None else self.descriptors[chosen]
        return RawDetections(self.boxes_xyxy_px[chosen], self.scores[chosen], self.class_indices[chosen], descriptors)

    @classmethod
    def together(cls, parts: Sequence["RawDetections"]) -> "RawDetections":
        """All detections of one or more parts, which either all have descriptors or all have none."""
        boxes, scores, class_indices = (torch.cat(column) for column in zip(*(part[:3] for part in parts), strict=True))
        described = [part.descriptors for part in parts if part.descriptors is not None]
        return cls(boxes, scores, class_indices, torch.cat(described) if described else None)


def decode(
    heat_logits: Tensor, distances_px: Tensor, quality_logits: Tensor, min_score: float, quality_power: float = 0.0
) -> RawDetections:
    """All local maxima of one image's heat-maps with a score of at least ``min_score``.

    ``heat_logits`` is 3 x h x w, ``distances_px`` 4 x h x w (left, top, right, bottom, in input pixels) and
    ``quality_logits`` 1 x h x w, all at the output stride. There is no limit on the number of detections.
    ``quality_power`` is explained in ``DecodingSettings``.
    """
    heat = torch.sigmoid(heat_logits)
    # The expected overlap is at most 1, so a heat below this cannot reach the score.
    lowest_heat = min_score ** (1 / (1 - quality_power))
    is_peak = (functional.max_pool2d(heat[None], kernel_size=3, stride=1, padding=1)[0] == heat) & (heat >= lowest_heat)
    class_indices, rows, columns = is_peak.nonzero(as_tuple=True)
    _, height, width = heat.shape
    x_px, y_px = grid_centres_px(height, width, heat.device)
    left, top, right, bottom = distances_px[:, rows, columns]
    x, y = x_px[columns], y_px[rows]
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=1)
    overlap = torch.sigmoid(quality_logits[0, rows, columns])
    scores = heat[class_indices, rows, columns] ** (1 - quality_power) * overlap**quality_power
    found = RawDetections(boxes, scores, class_indices)
    return found.select(scores >= min_score)


def keep_distinct(found: RawDetections, settings: DecodingSettings) -> RawDetections:
    """The detections without second boxes on one cell, highest score first."""
    if not len(found.scores):
        return found
    # batched_nms moves each class beyond the largest coordinate of the others, which needs coordinates from 0 on.
    boxes_from_0 = found.boxes_xyxy_px - found.boxes_xyxy_px.min()
    same = batched_nms(boxes_from_0, found.scores, found.class_indices, settings.same_class_iou)
    found = found.select(same)
    return found.select(nms(found.boxes_xyxy_px, found.scores, settings.any_class_iou))
