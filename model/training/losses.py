"""The losses: focal loss on the heat-maps, generalised IoU on the boxes, overlap and counts beside them."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import generalized_box_iou_loss

from model.decoding import grid_centres_px
from model.network import CellNamer, DenseOutput
from model.training.naming_losses import name_losses
from model.training.target_batch import TargetBatch

_FOCAL_POWER = 2.0
_NEAR_CENTRE_POWER = 4.0


class Losses(NamedTuple):
    """The losses of a batch, each a scalar.

    The first three are averaged over its cells, ``density`` over its known counts, and ``white_names`` and
    ``red_names`` over its cells of known sub-type.
    """

    heat: Tensor
    box: Tensor
    quality: Tensor
    density: Tensor
    white_names: Tensor
    red_names: Tensor


def compute_losses(output: DenseOutput, targets: TargetBatch, namer: CellNamer) -> Losses:
    """All losses of a batch."""
    heat = heat_loss(output.heat_logits, targets.heat, targets.heat_weight)
    box, quality = box_losses(output, targets)
    density = density_loss(output.densities, targets.counts, targets.count_exposure)
    return Losses(heat, box, quality, density, *name_losses(output.embedding, targets, namer))


def heat_loss(logits: Tensor, heat: Tensor, weight: Tensor) -> Tensor:
    """Penalty-reduced focal loss a cell (Zhou et al. 2019, arXiv 1904.07850, eq. 1).

    ``logits``, ``heat`` and ``weight`` are N x 3 x h x w; positions of weight 0 do not count.
    """
    is_centre = heat == 1
    score = torch.sigmoid(logits)
    at_centre = functional.logsigmoid(logits) * (1 - score) ** _FOCAL_POWER
    elsewhere = functional.logsigmoid(-logits) * score**_FOCAL_POWER * (1 - heat) ** _NEAR_CENTRE_POWER
    loss = torch.where(is_centre, at_centre, elsewhere) * weight
    return -loss.sum() / is_centre.sum().clamp(min=1)


def box_losses(output: DenseOutput, targets: TargetBatch) -> tuple[Tensor, Tensor]:
    """Generalised IoU loss a cell (Rezatofighi et al. 2019, arXiv 1902.09630), and that of its expected overlap.

    The expected overlap learns the IoU which the box has now, by binary cross-entropy.
    """
    chosen = targets.box_weight > 0
    if not bool(chosen.any()):
        return output.distances_px.sum() * 0, output.quality_logits.sum() * 0
    predicted = boxes_of_distances(output.distances_px).permute(0, 2, 3, 1)[chosen]
    wanted = targets.boxes_xyxy_px.permute(0, 2, 3, 1)[chosen]
    weight = targets.box_weight[chosen] / targets.box_weight[chosen].sum()
    box: Tensor = generalized_box_iou_loss(predicted, wanted)
    overlap = overlap_of_pairs(predicted.detach(), wanted)
    expected = output.quality_logits[:, 0][chosen]
    quality = functional.binary_cross_entropy_with_logits(expected, overlap, reduction="none")
    return (box * weight).sum(), (quality * weight).sum()


def overlap_of_pairs(boxes_xyxy_px: Tensor, others_xyxy_px: Tensor) -> Tensor:
    """Intersection over union of each of N boxes with the other box of its row, in 0..1."""
    corner = torch.maximum(boxes_xyxy_px[:, :2], others_xyxy_px[:, :2])
    opposite = torch.minimum(boxes_xyxy_px[:, 2:], others_xyxy_px[:, 2:])
    shared = (opposite - corner).clamp(min=0).prod(dim=1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(dim=1) for boxes in (boxes_xyxy_px, others_xyxy_px)]
    return (shared / (areas[0] + areas[1] - shared).clamp(min=1e-6)).clamp(0.0, 1.0)


def density_loss(densities: Tensor, counts: Tensor, exposure: Tensor) -> Tensor:
    """Poisson loss of the counts (N x 3) which the densities give; an exposure of 0 leaves a count out."""
    known = exposure > 0
    if not bool(known.any()):
        return densities.sum() * 0
    expected = (densities * exposure)[known]
    return functional.poisson_nll_loss(expected, counts[known], log_input=False, eps=1e-4)


def boxes_of_distances(distances_px: Tensor) -> Tensor:
    """Boxes N x 4 x h x w (x1, y1, x2, y2 in input pixels) from distances to the four sides."""
    _, _, height, width = distances_px.shape
    x_px, y_px = grid_centres_px(height, width, distances_px.device)
    left, top, right, bottom = distances_px.unbind(1)
    return torch.stack([x_px - left, y_px[:, None] - top, x_px + right, y_px[:, None] + bottom], dim=1)
