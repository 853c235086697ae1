"""torchvision's ResNet-50 as the feature extractor."""

from torch import Tensor, nn
from torchvision.models import resnet50

STAGE_CHANNELS = (256, 512, 1024, 2048)
"""Channels of the four stages' outputs, at strides 4, 8, 16 and 32."""


class ResNet50Features(nn.Module):
    """The four feature maps of ResNet-50 (He et al. 2016, arXiv 1512.03385), without its classifier.

    Starts from random weights with the last batch norm of every residual block at zero, so that each
    block begins as the identity (Goyal et al. 2017, arXiv 1706.02677, 5.1).
    """

    def __init__(self) -> None:
        super().__init__()
        network = resnet50(weights=None, zero_init_residual=True)
        self.stem = nn.Sequential(network.conv1, network.bn1, network.relu, network.maxpool)
        self.stages = nn.ModuleList([network.layer1, network.layer2, network.layer3, network.layer4])

    def forward(self, images_nchw_f32: Tensor) -> list[Tensor]:
        """Feature maps at strides 4, 8, 16 and 32, each N x C x H/stride x W/stride."""
        features = self.stem(images_nchw_f32)
        maps = []
        for stage in self.stages:
            features = stage(features)
            maps.append(features)
        return maps
