"""The embedding map: what a cell looks like, for naming it."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from model.config import EMBEDDING_CHANNELS
from model.network.pyramid import convolution_block

_CHANNELS = 160
_STAGES = (1, 2, 3)
"""The backbone's stages that are read, at strides 8, 16 and 32: texture, parts and the whole of a cell."""


class EmbeddingHead(nn.Module):
    """One map at stride 8 from the three coarser feature maps, by sums and two convolutions.

    A red cell is about six positions wide in it and a white cell twelve, so a cell can be read in its
    middle and around it (``model.network.naming``). At this stride it costs about a tenth of the detector.
    """

    def __init__(self, stage_channels: Sequence[int]) -> None:
        super().__init__()
        self.laterals = nn.ModuleList([nn.Conv2d(stage_channels[stage], _CHANNELS, kernel_size=1) for stage in _STAGES])
        self.merge = convolution_block(_CHANNELS, _CHANNELS)
        self.last_head = convolution_block(_CHANNELS, EMBEDDING_CHANNELS)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """N x EMBEDDING_CHANNELS x H/8 x W/8, at least 0, from the maps at strides 4, 8, 16 and 32."""
        merged: Tensor = self.laterals[-1](maps[_STAGES[-1]])
        for lateral, stage in zip(reversed(self.laterals[:-1]), reversed(_STAGES[:-1]), strict=True):
            upsampled = functional.interpolate(merged, scale_factor=2.0, mode="nearest")
            merged = upsampled + lateral(maps[stage])
        embedding: Tensor = self.last_head(self.merge(functional.relu(merged)))
        return embedding


class NoEmbedding(nn.Module):
    """In place of the head where weights have none: a map of zeros of the same shape, at no cost."""

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """N x EMBEDDING_CHANNELS x H/8 x W/8 zeros."""
        return (maps[_STAGES[0]][:, :1] * 0).expand(-1, EMBEDDING_CHANNELS, -1, -1)
