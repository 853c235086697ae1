"""What a field looks like as a whole: mean and standard deviation of its embedding, tile by tile."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.config import EMBEDDING_CHANNELS, EMBEDDING_STRIDE_PX
from model.types import Size


class EmbeddingStatistics:
    """Running sums over the positions that show the image; where tiles overlap, positions count twice."""

    def __init__(self) -> None:
        self._positions = 0
        self._sums = np.zeros((2, EMBEDDING_CHANNELS))

    def add(self, embedding_chw: Tensor, shown: Size) -> None:
        """Take in one tile's map (C x h x w), of which ``shown`` input pixels are no padding."""
        height, width = (math.ceil(side / EMBEDDING_STRIDE_PX) for side in (shown.height, shown.width))
        values = embedding_chw[:, :height, :width].flatten(1).double()
        self._positions += values.shape[1]
        self._sums += torch.stack([values.sum(dim=1), values.square().sum(dim=1)]).cpu().numpy()

    def values(self) -> NDArray[np.float32]:
        """The means, then the standard deviations; zeros where no tile was taken in."""
        mean, square = self._sums / max(self._positions, 1)
        return np.concatenate([mean, np.sqrt(np.maximum(square - mean**2, 0.0))]).astype(np.float32)
