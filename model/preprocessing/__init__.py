"""From the bytes of a file to a checked, upright RGB image; needs numpy and Pillow only."""

from model.preprocessing.image import DecodedImage, ImageInspection, decode_image, inspect_image
from model.preprocessing.limits import DEFAULT_LIMITS, ImageLimits, ImageRefused

__all__ = [
    "DEFAULT_LIMITS",
    "DecodedImage",
    "ImageInspection",
    "ImageLimits",
    "ImageRefused",
    "decode_image",
    "inspect_image",
]
