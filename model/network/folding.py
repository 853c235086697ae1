"""Folding batch norms into the convolutions before them, which changes nothing but the speed."""

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models.resnet import Bottleneck


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Fold every batch norm of a network in evaluation mode, in place; returns the network.

    Pairs are found where this network has them: neighbours in an ``nn.Sequential`` and the three
    pairs of a residual block.
    """
    for module in list(network.modules()):
        if isinstance(module, nn.Sequential):
            for index in range(len(module) - 1):
                _fold(module, str(index), str(index + 1))
        elif isinstance(module, Bottleneck):
            for number in (1, 2, 3):
                _fold(module, f"conv{number}", f"bn{number}")
    return network


def _fold(parent: nn.Module, convolution_name: str, norm_name: str) -> None:
    convolution, norm = getattr(parent, convolution_name), getattr(parent, norm_name)
    if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
        setattr(parent, convolution_name, fuse_conv_bn_eval(convolution, norm))
        setattr(parent, norm_name, nn.Identity())
