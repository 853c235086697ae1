"""Where the positions of the dense output maps lie in the network's input."""

import torch
from torch import Tensor

from model.config import OUTPUT_STRIDE_PX


def grid_centres_px(height: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Centres of the positions: x (one a column) and y (one a row), in input pixels."""
    offset = OUTPUT_STRIDE_PX / 2
    x_px = torch.arange(width, device=device, dtype=torch.float32) * OUTPUT_STRIDE_PX + offset
    y_px = torch.arange(height, device=device, dtype=torch.float32) * OUTPUT_STRIDE_PX + offset
    return x_px, y_px
