"""Which number format trains quickest on this machine."""

import time

import torch
from torch import Tensor, nn

_WORTH_IT = 0.8
"""The 16-bit format is taken when a step takes at most this share of the 32-bit format's time."""

_PASSES = 15


def fastest_dtype(device: torch.device) -> torch.dtype:
    """``torch.bfloat16`` where it is quicker than ``torch.float32``, measured; the format of autocast.

    CPUs without 16-bit matrix instructions emulate them, ten times slower than 32-bit floats, and nothing
    but a measurement tells reliably which CPU has them.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    layer = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)
    images = torch.zeros(2, 64, 32, 32).to(memory_format=torch.channels_last)
    seconds = {dtype: _seconds(layer, images, dtype) for dtype in (torch.float32, torch.bfloat16)}
    return torch.bfloat16 if seconds[torch.bfloat16] < _WORTH_IT * seconds[torch.float32] else torch.float32


def _seconds(layer: nn.Module, images: Tensor, dtype: torch.dtype) -> float:
    """The quickest of several forward and backward passes: on a busy machine most of them wait for a turn."""
    taken = []
    for _ in range(_PASSES):
        started = time.perf_counter()
        with torch.autocast(images.device.type, torch.bfloat16, enabled=dtype is torch.bfloat16):
            output = layer(images)
        output.float().sum().backward()
        taken.append(time.perf_counter() - started)
    return min(taken)
