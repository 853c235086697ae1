"""Small image files for tests, different for every seed, and the form files they come in."""

from io import BytesIO

import numpy as np
from PIL import Image

from app.schemas.uploads import IncomingFile


def image_bytes(seed: int = 0, *, side_px: int = 64, file_format: str = "PNG") -> bytes:
    """A square image of coloured noise."""
    pixels = np.random.default_rng(seed).integers(0, 255, (side_px, side_px, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, file_format)
    return buffer.getvalue()


def incoming(content: bytes, name: str = "field.png") -> IncomingFile:
    """The bytes as a form sends them."""
    return IncomingFile(name, BytesIO(content))
