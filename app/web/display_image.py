"""An image in a form that a browser can show upright: as uploaded where possible, else a JPEG preview."""

from io import BytesIO
from typing import BinaryIO

from PIL import Image
from PIL.ExifTags import Base

from model.preprocessing import ImageLimits, decode_image

_SHOWN_BY_BROWSERS = frozenset({"image/jpeg", "image/png", "image/webp", "image/bmp"})
_TURNED_BY_BROWSERS = frozenset({"image/jpeg"})
_LARGEST_SHOWN_PIXELS = 24_000_000
"""Above this a browser needs seconds and gigabytes for a page of images."""

_PREVIEW_SIDE_PX = 4096
_PREVIEW_QUALITY = 90
_UPRIGHT = 1


def needs_preview(stream: BinaryIO, media_type: str) -> bool:
    """Whether a browser cannot show the image, would show it lying down, or would choke on it.

    The stream is left at its start.
    """
    if media_type not in _SHOWN_BY_BROWSERS:
        return True
    with Image.open(stream) as opened:
        is_large = opened.width * opened.height > _LARGEST_SHOWN_PIXELS
        is_turned = (
            media_type not in _TURNED_BY_BROWSERS and opened.getexif().get(Base.Orientation, _UPRIGHT) != _UPRIGHT
        )
    stream.seek(0)
    return is_large or is_turned


def preview_jpeg(stream: BinaryIO, limits: ImageLimits) -> bytes:
    """The upright image as JPEG, at most 4096 pixels wide or high; its proportions stay.

    Raises:
        ImageRefused: The image cannot be read.
    """
    decoded = decode_image(stream.read(), limits)
    preview = Image.fromarray(decoded.image_hwc_u8)
    preview.thumbnail((_PREVIEW_SIDE_PX, _PREVIEW_SIDE_PX))
    buffer = BytesIO()
    preview.save(buffer, format="JPEG", quality=_PREVIEW_QUALITY)
    return buffer.getvalue()
