"""The losses: focal loss on the heat-maps, generalised IoU on the boxes."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import generalized_box_iou_loss

from model.decoding import grid_centres_px
from model.network import DenseOutput

_FOCAL_POWER = 2.0
_NEAR_CENTRE_POWER = 4.0


class TargetBatch(NamedTuple):
    """Targets of a batch, shapes as in ``model.training.targets.Targets`` with N in front."""

    heat: Tensor
    heat_weight: Tensor
    boxes_xyxy_px: Tensor
    box_weight: Tensor


class Losses(NamedTuple):
    """The two losses of a batch, each a scalar averaged over the cells in it."""

    heat: Tensor
    box: Tensor


def compute_losses(output: DenseOutput, targets: TargetBatch) -> Losses:
    """Both losses of a batch."""
    return Losses(heat_loss(output.heat_logits, targets.heat, targets.heat_weight), box_loss(output, targets))


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


def box_loss(output: DenseOutput, targets: TargetBatch) -> Tensor:
    """Generalised IoU loss a cell (Rezatofighi et al. 2019, arXiv 1902.09630)."""
    chosen = targets.box_weight > 0
    if not bool(chosen.any()):
        return output.distances_px.sum() * 0
    predicted = boxes_of_distances(output.distances_px).permute(0, 2, 3, 1)[chosen]
    wanted = targets.boxes_xyxy_px.permute(0, 2, 3, 1)[chosen]
    weight = targets.box_weight[chosen]
    loss: Tensor = generalized_box_iou_loss(predicted, wanted)
    return (loss * weight).sum() / weight.sum()


def boxes_of_distances(distances_px: Tensor) -> Tensor:
    """Boxes N x 4 x h x w (x1, y1, x2, y2 in input pixels) from distances to the four sides."""
    _, _, height, width = distances_px.shape
    x_px, y_px = grid_centres_px(height, width, distances_px.device)
    left, top, right, bottom = distances_px.unbind(1)
    return torch.stack([x_px - left, y_px[:, None] - top, x_px + right, y_px[:, None] + bottom], dim=1)
