"""Which cells the image's border cuts."""

import torch
from torch import Tensor

BORDER_PX = 2.0
"""A box that ends this near to the border, in input pixels, is taken as cut by it."""


def cut_sides(boxes_xyxy_px: Tensor, width: float, height: float, border_px: float) -> Tensor:
    """N x 2, whether a border cuts the box along x and along y; boxes N x 4 and all lengths in one frame's pixels."""
    limits = torch.tensor([width, height], dtype=boxes_xyxy_px.dtype)
    return (boxes_xyxy_px[:, :2] <= border_px) | (boxes_xyxy_px[:, 2:] >= limits - border_px)
