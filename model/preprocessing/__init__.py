"""From the bytes of a file to a checked, upright RGB image; needs numpy and Pillow only."""

from model.preprocessing.image import (
    DecodedImage,
    ImageDescription,
    ImageInspection,
    decode_image,
    describe_image,
    inspect_image,
)
from model.preprocessing.limits import DEFAULT_LIMITS, ImageLimits, ImageRefused

__all__ = [
    "DEFAULT_LIMITS",
    "DecodedImage",
    "ImageDescription",
    "ImageInspection",
    "ImageLimits",
    "ImageRefused",
    "decode_image",
    "describe_image",
    "inspect_image",
]
