"""A light feature pyramid: from four feature maps to one at stride 4."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


def convolution_block(channels_in: int, channels_out: int) -> nn.Sequential:
    """A 3 x 3 convolution with batch norm and ReLU, size kept."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class FeaturePyramid(nn.Module):
    """Top-down pathway of a feature pyramid network (Lin et al. 2017, arXiv 1612.03144).

    Only its finest map is used: cells are met at one size, so one level suffices.
    """

    def __init__(self, stage_channels: Sequence[int], channels: int) -> None:
        super().__init__()
        self.laterals = nn.ModuleList([nn.Conv2d(stage, channels, kernel_size=1) for stage in stage_channels])
        self.merges = nn.ModuleList([convolution_block(channels, channels) for _ in stage_channels[:-1]])

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """One map, N x channels x H/4 x W/4, from the maps at strides 4, 8, 16 and 32."""
        merged: Tensor = self.laterals[-1](maps[-1])
        for level in range(len(self.merges) - 1, -1, -1):
            upsampled = functional.interpolate(merged, scale_factor=2.0, mode="nearest")
            merged = self.merges[level](upsampled + self.laterals[level](maps[level]))
        return merged
