"""The losses of the cells' names: weighted cross-entropy, white and red cells apart."""

import torch
from torch import Tensor
from torch.nn import functional

from model.network import CellNamer, describe_cells, describe_shapes
from model.red_type_rarity import red_type_weights
from model.training.name_labels import FIRST_RED_LABEL, UNNAMED
from model.training.target_batch import TargetBatch

_SMOOTHING = 0.03
"""Of the labels: some are wrong, those of red cells above all."""

_PLACE_JITTER, _SIZE_JITTER = 0.04, 0.06
"""Standard deviations, in sides of the box: a detector's boxes lie and end beside the reference."""


def name_losses(embedding: Tensor, targets: TargetBatch, namer: CellNamer) -> tuple[Tensor, Tensor]:
    """Cross-entropy a named cell, of white cells and of red cells, 0 where the batch has none.

    White cells come balanced by kind (``model.training.mosaics``) and weigh the same; red cells come as they lie in
    their fields and are weighed by how rare their type is.
    """
    is_named = targets.name_labels != UNNAMED
    images, _ = is_named.nonzero(as_tuple=True)
    labels = targets.name_labels[is_named]
    boxes = _jittered(targets.name_boxes_xyxy_px[is_named])
    shapes = describe_shapes(boxes, targets.name_red_cell_px[is_named])
    logits = namer(describe_cells(embedding, boxes, images), shapes)
    is_red = labels >= FIRST_RED_LABEL
    white = _cross_entropy(logits.white[~is_red], labels[~is_red], None)
    weights = torch.tensor(red_type_weights(), device=labels.device)
    red = _cross_entropy(logits.red[is_red], labels[is_red] - FIRST_RED_LABEL, weights)
    return white, red


def _cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor | None) -> Tensor:
    if not len(labels):
        return logits.sum() * 0
    return functional.cross_entropy(logits.float(), labels, weight=weights, label_smoothing=_SMOOTHING)


def _jittered(boxes_xyxy_px: Tensor) -> Tensor:
    """The boxes as a detector might have drawn them."""
    middles, sides = (boxes_xyxy_px[:, :2] + boxes_xyxy_px[:, 2:]) / 2, boxes_xyxy_px[:, 2:] - boxes_xyxy_px[:, :2]
    middles = middles + _PLACE_JITTER * sides * torch.randn_like(sides)
    sides = sides * torch.exp(_SIZE_JITTER * torch.randn_like(sides))
    return torch.cat([middles - sides / 2, middles + sides / 2], dim=1)
