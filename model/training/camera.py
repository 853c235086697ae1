"""What cameras do to a field before a file reaches the laboratory's disk: less resolution, JPEG blocks."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_COARSE_SHARE = 0.2
_COARSE_RANGE = (0.45, 0.9)
_JPEG_SHARE = 0.25
_JPEG_QUALITY = (35, 90)


def as_camera_would(image_hwc_u8: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """The image (H x W x 3, RGB) as a coarser sensor or a stronger compression might have given it.

    Size and geometry stay, so labels stay right.
    """
    image = Image.fromarray(image_hwc_u8)
    if generator.random() < _COARSE_SHARE:
        share = generator.uniform(*_COARSE_RANGE)
        small = (max(1, round(image.width * share)), max(1, round(image.height * share)))
        image = image.resize(small, Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BICUBIC)
    if generator.random() < _JPEG_SHARE:
        content = io.BytesIO()
        image.save(content, "JPEG", quality=int(generator.integers(*_JPEG_QUALITY)))
        image = Image.open(content).convert("RGB")
    return np.asarray(image)
