"""Peaks of the heat-maps, their boxes, and the removal of second boxes on one cell."""

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
    """

    thresholds: tuple[float, ...]
    same_class_iou: float = 0.6
    any_class_iou: float = 0.85


class RawDetections(NamedTuple):
    """N detections: boxes N x 4 (x1, y1, x2, y2 in px), scores N in 0..1, class indices N (int64)."""

    boxes_xyxy_px: Tensor
    scores: Tensor
    class_indices: Tensor

    def select(self, chosen: Tensor) -> "RawDetections":
        """The detections at the given indices or where the mask is true."""
        return RawDetections(*(part[chosen] for part in self))


def decode(heat_logits: Tensor, distances_px: Tensor, min_score: float) -> RawDetections:
    """All local maxima of one image's heat-maps with a score of at least ``min_score``.

    ``heat_logits`` is 3 x h x w and ``distances_px`` 4 x h x w (left, top, right, bottom, in input
    pixels), both at the output stride. There is no limit on the number of detections.
    """
    scores = torch.sigmoid(heat_logits)
    is_peak = (functional.max_pool2d(scores[None], kernel_size=3, stride=1, padding=1)[0] == scores) & (
        scores >= min_score
    )
    class_indices, rows, columns = is_peak.nonzero(as_tuple=True)
    _, height, width = scores.shape
    x_px, y_px = grid_centres_px(height, width, scores.device)
    left, top, right, bottom = distances_px[:, rows, columns]
    x, y = x_px[columns], y_px[rows]
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=1)
    return RawDetections(boxes, scores[class_indices, rows, columns], class_indices)


def keep_distinct(found: RawDetections, settings: DecodingSettings) -> RawDetections:
    """The detections without second boxes on one cell, highest score first."""
    if not len(found.scores):
        return found
    # batched_nms moves each class beyond the largest coordinate of the others, which needs coordinates from 0 on.
    boxes_from_0 = found.boxes_xyxy_px - found.boxes_xyxy_px.min()
    same = batched_nms(boxes_from_0, found.scores, found.class_indices, settings.same_class_iou)
    found = found.select(same)
    return found.select(nms(found.boxes_xyxy_px, found.scores, settings.any_class_iou))
