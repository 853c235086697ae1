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
_EXCHANGED_SHARE = 0.35
_DARKEST = 1 / 255
_LEAST_SPREAD = 0.02
"""Optical density; an empty image has next to none, and dividing by it would turn noise into cells."""


def augment_colours(images_nchw_f32: Tensor, generator: torch.Generator) -> Tensor:
    """The images (RGB in 0..1) as another stain, lamp or camera might have given them.

    ``generator`` lives on the images' device: a processor drawing the noise of a GPU's batch would keep it waiting.

    A random channel-mixing matrix near the identity stands for stain and sensor, a gain a channel
    for the lamp's colour, a gamma for exposure and one a channel for the depth of the stain, which scales
    the optical density; some images get blurred, noisy or grey. Before that, some take over the stain of
    another image of the batch.
    """
    count, device = len(images_nchw_f32), images_nchw_f32.device
    images_nchw_f32 = exchange_stains(images_nchw_f32, generator)

    def normal(*shape: int) -> Tensor:
        return torch.randn(count, *shape, generator=generator, device=device)

    def chosen(share: float) -> Tensor:
        return torch.rand(count, 1, 1, 1, generator=generator, device=device) < share

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
    depth = 0.03 * torch.rand(1, generator=generator, device=device)
    noise = torch.randn(images.shape, generator=generator, device=device) * depth
    return torch.where(chosen(_NOISE_SHARE), images + noise, images).clamp(0.0, 1.0)


def exchange_stains(images_nchw_f32: Tensor, generator: torch.Generator) -> Tensor:
    """The images (RGB in 0..1), some with the mean and spread of each channel's optical density moved to another's.

    Statistics of the whole image, in optical density, after Reinhard et al. (IEEE Comput Graph Appl 2001;21(5):34-41);
    how far they move towards the other image's is random, so a batch of several laboratories shows
    each one's cells in the colours of all.
    """
    count, device = len(images_nchw_f32), images_nchw_f32.device
    other = torch.randperm(count, generator=generator, device=device)
    far = torch.rand(count, 1, 1, 1, generator=generator, device=device)
    far = far * (torch.rand(count, 1, 1, 1, generator=generator, device=device) < _EXCHANGED_SHARE)
    density = -torch.log(images_nchw_f32.clamp(min=_DARKEST))
    mean = density.mean(dim=(2, 3), keepdim=True)
    spread = density.std(dim=(2, 3), keepdim=True).clamp(min=_LEAST_SPREAD)
    wanted_mean, wanted_spread = torch.lerp(mean, mean[other], far), torch.lerp(spread, spread[other], far)
    moved = (density - mean) / spread * wanted_spread + wanted_mean
    return torch.where(far > 0, torch.exp(-moved).clamp(0.0, 1.0), images_nchw_f32)
