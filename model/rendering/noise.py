"""Smooth random fields: chromatin, granules, uneven light."""

import numpy as np
from PIL import Image

from model.rendering.arrays import Floats


def smooth_noise(rng: np.random.Generator, shape_hw: tuple[int, int], scale_px: float) -> Floats:
    """A random field of about zero mean and unit spread whose bumps are ``scale_px`` pixels wide.

    Returns:
        Array of ``shape_hw``, height first.
    """
    height, width = shape_hw
    scale = max(scale_px, 1.0)
    coarse_hw = (int(np.ceil(height / scale)) + 1, int(np.ceil(width / scale)) + 1)
    coarse = rng.standard_normal(coarse_hw, dtype=np.float32)
    # A coarse grid enlarged by a cubic is far cheaper than blurring white noise at full size.
    enlarged = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(enlarged, dtype=np.float32)
