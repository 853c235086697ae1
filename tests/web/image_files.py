"""Image files made on the spot, sound and broken."""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

UPRIGHT_ROTATED = 6
"""EXIF orientation of a picture whose camera was turned by 90 degrees."""


def png_of(shade: int, *, width: int = 96, height: int = 72) -> bytes:
    """A plain grey PNG; every shade is another image."""
    return _saved(Image.new("RGB", (width, height), (shade, shade, shade)), "PNG")


def jpeg_of(shade: int, *, mode: str = "RGB", orientation: int | None = None) -> bytes:
    """A plain JPEG, 96 pixels wide and 72 high as stored."""
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    colour = shade if mode == "L" else tuple(shade for _ in mode)
    return _saved(Image.new(mode, (96, 72), colour), "JPEG", exif=exif)


def turned_png() -> bytes:
    """A PNG, 96 by 72 as stored, that has to be turned by a quarter to stand upright."""
    exif = Image.Exif()
    exif[0x0112] = UPRIGHT_ROTATED
    return _saved(Image.new("RGB", (96, 72), (200, 180, 170)), "PNG", exif=exif)


def sixteen_bit_png() -> bytes:
    """A grey PNG of 16 bits a pixel."""
    return _saved(Image.fromarray(np.full((72, 96), 40_000, dtype=np.uint16)), "PNG")


def transparent_png() -> bytes:
    """A half transparent PNG."""
    return _saved(Image.new("RGBA", (96, 72), (200, 180, 170, 128)), "PNG")


def tiff_image() -> bytes:
    """A TIFF, which browsers do not show."""
    return _saved(Image.new("RGB", (96, 72), (210, 180, 170)), "TIFF")


def animated_webp() -> bytes:
    """A WebP of two pictures."""
    first, second = Image.new("RGB", (96, 72), (10, 20, 30)), Image.new("RGB", (96, 72), (200, 20, 30))
    return _saved(first, "WEBP", save_all=True, append_images=[second], duration=100)


def truncated_png() -> bytes:
    """A PNG cut off in the middle."""
    noise = np.random.default_rng(1).integers(0, 255, (72, 96, 3), dtype=np.uint8)
    whole = _saved(Image.fromarray(noise), "PNG")
    return whole[: len(whole) // 2]


def bomb_png(side_px: int = 30_000) -> bytes:
    """A tiny file that announces an image of 900 million pixels."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format=file_format, **options)
    return buffer.getvalue()
