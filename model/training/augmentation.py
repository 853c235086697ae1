"""Stain, light and camera augmentation of a batch, on the device that trains."""

import torch
from torch import Tensor
from torch.nn import functional

_MIX_SIGMA = 0.07
_GAIN_SIGMA = 0.12
_GAMMA_SIGMA = 0.20
_STAIN_SIGMA = 0.12
_BLUR_SHARE = 0.25
_NOISE_SHARE = 0.35
_GREY_SHARE = 0.02


def augment_colours(images_nchw_f32: Tensor, generator: torch.Generator) -> Tensor:
    """The images (RGB in 0..1) as another stain, lamp or camera might have given them.

    A random channel-mixing matrix near the identity stands for stain and sensor, a gain a channel
    for the lamp's colour, a gamma for exposure and one a channel for the depth of the stain, which scales
    the optical density; some images get blurred, noisy or grey.
    """
    count, device = len(images_nchw_f32), images_nchw_f32.device

    def normal(*shape: int) -> Tensor:
        return torch.randn(count, *shape, generator=generator).to(device)

    def chosen(share: float) -> Tensor:
        return (torch.rand(count, 1, 1, 1, generator=generator) < share).to(device)

    mix = torch.eye(3, device=device) + _MIX_SIGMA * normal(3, 3)
    mix = mix / mix.sum(dim=2, keepdim=True)  # white stays white: the background is bare glass
    images = torch.einsum("nij,njhw->nihw", mix, images_nchw_f32)
    saturation = torch.exp(0.25 * normal(1, 1, 1))
    grey = images.mean(dim=1, keepdim=True)
    images = torch.where(chosen(_GREY_SHARE), grey, grey + (images - grey) * saturation)
    images = images.clamp(0.0, 1.0) ** torch.exp(_GAMMA_SIGMA * normal(1, 1, 1) + _STAIN_SIGMA * normal(3, 1, 1))
    brightness = torch.exp(0.5 * _GAIN_SIGMA * normal(1, 1, 1))
    images = images * torch.exp(_GAIN_SIGMA * normal(3, 1, 1)) * brightness
    blurred = functional.avg_pool2d(functional.pad(images, (1, 1, 1, 1), mode="replicate"), kernel_size=3, stride=1)
    images = torch.where(chosen(_BLUR_SHARE), blurred, images)
    noise = (
        torch.randn(images.shape, generator=generator).to(device) * 0.03 * torch.rand(1, generator=generator).to(device)
    )
    return torch.where(chosen(_NOISE_SHARE), images + noise, images).clamp(0.0, 1.0)
