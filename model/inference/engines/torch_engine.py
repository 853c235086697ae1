"""The reference engine: PyTorch as it is, on any device."""

import torch
from torch import Tensor, nn

from model.network import DenseOutput


class TorchEngine:
    """The folded network, channels last; every other engine is compared with it."""

    name = "torch"

    def __init__(self, network: nn.Module, device: torch.device) -> None:
        """Move a network in evaluation mode to the device, in place."""
        self._network = network.to(device).to(memory_format=torch.channels_last)

    def __call__(self, images_nchw_f32: Tensor) -> DenseOutput:
        """The network's own maps."""
        with torch.inference_mode():
            images = images_nchw_f32.contiguous(memory_format=torch.channels_last)
            return DenseOutput(*self._network(images))
