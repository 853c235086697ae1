"""The paper's way of counting: pooled features, flattened, through fully connected layers to the counts."""

from torch import Tensor, nn
from torch.nn import functional

from model.classes import CELL_CLASSES
from model.config import COUNT_HEAD_CHANNELS


class CountHead(nn.Module):
    """Cells of each class per unit of area, from the last feature map.

    The paper predicts the counts of an image of one fixed size. Fields come in any size and large ones in
    tiles, so this head predicts densities, which average over tiles; ``model.counting.densities`` turns them
    into counts. It reads the features without teaching them: the detector stays what its boxes make of it,
    and the two ways of counting fail independently of each other's loss.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(channels, COUNT_HEAD_CHANNELS),
            nn.ReLU(inplace=True),
            nn.Linear(COUNT_HEAD_CHANNELS, len(CELL_CLASSES)),
        )

    def forward(self, features: Tensor) -> Tensor:
        """N x 3 densities > 0, cells per ``COUNT_UNIT_PX2`` of the input, padding included in the area."""
        return functional.softplus(self.layers(features.detach()).float())
