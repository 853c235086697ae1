"""The targets of a batch, as the losses read them."""

from typing import NamedTuple

from torch import Tensor


class TargetBatch(NamedTuple):
    """Targets of a batch, shapes as in ``model.training.targets.Targets`` with N in front."""

    heat: Tensor
    heat_weight: Tensor
    boxes_xyxy_px: Tensor
    box_weight: Tensor
    counts: Tensor
    count_exposure: Tensor
    name_boxes_xyxy_px: Tensor
    name_labels: Tensor
    name_red_cell_px: Tensor
