"""The detector: where cells are, of which class, and how large."""

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from model.classes import CELL_CLASSES
from model.config import PYRAMID_CHANNELS, RED_CELL_DIAMETER_PX
from model.network.backbone import STAGE_CHANNELS, ResNet50Features
from model.network.count_head import CountHead
from model.network.embedding import EmbeddingHead
from model.network.naming import CellNamer
from model.network.pyramid import FeaturePyramid, convolution_block

_PRIOR_LOGIT = -4.6
"""Heat-maps start near sigmoid(-4.6) = 0.01, so that early steps are not spent on empty background."""

_BOX_CHANNELS = 5
"""Four distances to the sides and the box's expected overlap."""

_DISTANCE_UNIT_PX = RED_CELL_DIAMETER_PX / 2
"""Distances to the box sides are learnt in units of a red cell's radius."""


class DenseOutput(NamedTuple):
    """The maps of one forward pass, at stride 4 (``model.config.OUTPUT_STRIDE_PX``).

    ``heat_logits``: N x 3 x H/4 x W/4, one channel a class in the order of ``CELL_CLASSES``; its
    sigmoid is the score that a cell's centre lies there.
    ``distances_px``: N x 4 x H/4 x W/4, distances > 0 from the position to the left, top, right and
    bottom side of its cell's box, in input pixels.
    ``quality_logits``: N x 1 x H/4 x W/4; its sigmoid estimates the intersection over union of that box
    with the true one.
    ``densities``: N x 3, the count head's cells per ``model.config.COUNT_UNIT_PX2``, in the order of
    ``CELL_CLASSES``.
    ``embedding``: N x ``EMBEDDING_CHANNELS`` x H/8 x W/8, what cells look like; read by ``model.network.naming``.
    """

    heat_logits: Tensor
    distances_px: Tensor
    quality_logits: Tensor
    densities: Tensor
    embedding: Tensor


class CellDetector(nn.Module):
    """ResNet-50, feature pyramid, centre-point heads, the embedding that names cells and the paper's count head.

    Centres as in CenterNet (Zhou et al. 2019, arXiv 1904.07850); box sides regressed over a region
    around each centre as in TTFNet (Liu et al. 2020, arXiv 1909.00700), which learns tighter boxes
    from few images. Beside its four sides, each box is given the overlap it is expected to have with the
    true one, as in IoU-aware detectors (Wu et al. 2020, arXiv 1912.05992), so that the better placed of two
    cells ranks first.

    ``namer`` is no part of ``forward``: it names the cells once they are found.
    """

    def __init__(self) -> None:
        super().__init__()
        self.backbone = ResNet50Features()
        self.pyramid = FeaturePyramid(STAGE_CHANNELS, PYRAMID_CHANNELS)
        self.heat_head = nn.Sequential(
            convolution_block(PYRAMID_CHANNELS, PYRAMID_CHANNELS),
            nn.Conv2d(PYRAMID_CHANNELS, len(CELL_CLASSES), kernel_size=1),
        )
        self.box_head = nn.Sequential(
            convolution_block(PYRAMID_CHANNELS, PYRAMID_CHANNELS),
            nn.Conv2d(PYRAMID_CHANNELS, _BOX_CHANNELS, kernel_size=1),
        )
        self.count_head = CountHead(STAGE_CHANNELS[-1])
        self.embedding_head: nn.Module = EmbeddingHead(STAGE_CHANNELS)
        self.namer = CellNamer()
        heat_bias, box_bias = self.heat_head[-1].bias, self.box_head[-1].bias
        if isinstance(heat_bias, Tensor) and isinstance(box_bias, Tensor):
            nn.init.constant_(heat_bias, _PRIOR_LOGIT)
            nn.init.constant_(box_bias, 0.54)  # softplus(0.54) = 1: boxes start as wide as a red cell

    def forward(self, images_nchw_f32: Tensor) -> DenseOutput:
        """The dense maps and the densities for normalised images whose sides are multiples of 32."""
        maps = self.backbone(images_nchw_f32)
        features = self.pyramid(maps)
        box = self.box_head(features).float()
        distances = functional.softplus(box[:, :4]) * _DISTANCE_UNIT_PX
        return DenseOutput(
            heat_logits=self.heat_head(features).float(),
            distances_px=distances,
            quality_logits=box[:, 4:],
            densities=self.count_head(maps[-1]),
            embedding=self.embedding_head(maps).float(),
        )
