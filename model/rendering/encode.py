"""Image files of rendered fields."""

import io

from PIL import Image

from model.rendering.arrays import Pixels

_CHANNELS = 3


def encode_png(image_hwc_u8: Pixels) -> bytes:
    """The PNG file of an RGB image.

    Raises:
        ValueError: The array is not height by width by 3 of 8-bit numbers.
    """
    if image_hwc_u8.shape[2:] != (_CHANNELS,) or image_hwc_u8.dtype != "uint8":
        raise ValueError(
            f"an image of shape {image_hwc_u8.shape} and type {image_hwc_u8.dtype} cannot be written; "
            "give height by width by 3 of type uint8."
        )
    buffer = io.BytesIO()
    Image.fromarray(image_hwc_u8).save(buffer, format="PNG")
    return buffer.getvalue()
