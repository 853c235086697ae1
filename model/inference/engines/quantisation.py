"""Eight-bit convolutions: ranges measured on rendered fields, rounding written into the network.

Every convolution but the first and the last ones gets its input and weights rounded to 8 bits, as
OpenVINO recognises it and then computes in integers. The first convolution sees the image itself and
the last ones give scores and distances: there rounding would show most and save least.
"""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn

from model.config import CHANNEL_MEAN_RGB, CHANNEL_STD_RGB, RED_CELL_DIAMETER_PX
from model.rendering import random_recipe, render_smear
from model.types import Size

_CALIBRATION_FIELDS = 6
_CALIBRATION_SIZE = Size(320, 256)
_UNSIGNED_STEPS, _SIGNED_STEPS = 255, 127


class RoundedConvolution(nn.Module):
    """A convolution whose input (one scale) and weights (one scale an output channel) have 8 bits."""

    weight_scales: Tensor
    weight_zeros: Tensor

    def __init__(self, convolution: nn.Conv2d, lowest: float, highest: float) -> None:
        """Round to the range of inputs that calibration saw."""
        super().__init__()
        self.convolution = convolution
        is_unsigned = lowest >= 0  # as after a ReLU
        self._scale = max(highest / _UNSIGNED_STEPS if is_unsigned else max(highest, -lowest) / _SIGNED_STEPS, 1e-8)
        self._range = (0, _UNSIGNED_STEPS) if is_unsigned else (-_SIGNED_STEPS - 1, _SIGNED_STEPS)
        weights = convolution.weight.detach()
        scales = weights.abs().amax(dim=(1, 2, 3)).clamp(min=1e-8) / _SIGNED_STEPS
        self.register_buffer("weight_scales", scales)
        self.register_buffer("weight_zeros", torch.zeros(len(scales), dtype=torch.int32))

    def forward(self, images_nchw: Tensor) -> Tensor:
        """The convolution of what is left after rounding, in 32-bit floats."""
        rounded = torch.fake_quantize_per_tensor_affine(images_nchw, self._scale, 0, *self._range)
        weights = torch.fake_quantize_per_channel_affine(
            self.convolution.weight, self.weight_scales, self.weight_zeros, 0, -_SIGNED_STEPS, _SIGNED_STEPS
        )
        inner = self.convolution
        return nn.functional.conv2d(
            rounded, weights, inner.bias, inner.stride, inner.padding, inner.dilation, inner.groups
        )


def round_to_8_bits(network: nn.Module) -> nn.Module:
    """Round a folded network in evaluation mode, in place; returns it."""
    ranges = _input_ranges(network, _rendered_fields())
    for name, (lowest, highest) in _without_ends(ranges).items():
        parent_name, _, own_name = name.rpartition(".")
        convolution = network.get_submodule(name)
        if isinstance(convolution, nn.Conv2d):
            rounded = RoundedConvolution(convolution, lowest, highest)
            setattr(network.get_submodule(parent_name), own_name, rounded)
    return network


def _without_ends(ranges: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Leave out the stem, and of each head the last convolution, which is its second part."""
    return {
        name: limits
        for name, limits in ranges.items()
        if ".stem." not in name and "_head.1" not in name and ".last_head" not in name
    }


def _rendered_fields() -> Iterable[Tensor]:
    mean, std = (np.array(values, dtype=np.float32) for values in (CHANNEL_MEAN_RGB, CHANNEL_STD_RGB))
    for number in range(_CALIBRATION_FIELDS):
        smear = render_smear(random_recipe(number, _CALIBRATION_SIZE, RED_CELL_DIAMETER_PX))
        pixels = (smear.image_hwc_u8.astype(np.float32) / 255 - mean) / std
        yield torch.from_numpy(pixels).permute(2, 0, 1)[None]


def _input_ranges(network: nn.Module, images: Iterable[Tensor]) -> dict[str, tuple[float, float]]:
    """Lowest and highest input of every convolution, by its name, over the images."""
    ranges: dict[str, tuple[float, float]] = {}

    def watch(name: str, module: nn.Module) -> torch.utils.hooks.RemovableHandle:
        def note(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            lowest, highest = ranges.get(name, (0.0, 0.0))
            ranges[name] = (min(lowest, float(inputs[0].min())), max(highest, float(inputs[0].max())))

        return module.register_forward_pre_hook(note)

    watched = [(name, module) for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    handles = [watch(name, module) for name, module in watched]
    with torch.inference_mode():
        for image in images:
            network(image)
    for handle in handles:
        handle.remove()
    return ranges
