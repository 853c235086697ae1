"""Small images in every format, made on the spot; nothing is read from disk."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

WIDTH_PX, HEIGHT_PX = 128, 96


def coloured_picture() -> Image.Image:
    """A picture whose four quarters are red, green, blue and pale, so that turns and channel swaps show."""
    pixels_hwc_u8 = np.empty((HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    pixels_hwc_u8[: HEIGHT_PX // 2, : WIDTH_PX // 2] = (200, 30, 40)
    pixels_hwc_u8[: HEIGHT_PX // 2, WIDTH_PX // 2 :] = (20, 180, 60)
    pixels_hwc_u8[HEIGHT_PX // 2 :, : WIDTH_PX // 2] = (40, 50, 210)
    pixels_hwc_u8[HEIGHT_PX // 2 :, WIDTH_PX // 2 :] = (230, 210, 220)
    return Image.fromarray(pixels_hwc_u8)


def noisy_picture() -> Image.Image:
    """A picture that no format can pack well, so that its pixels take up nearly the whole file."""
    pixels_hwc_u8 = np.random.default_rng(1).integers(0, 256, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    return Image.fromarray(pixels_hwc_u8)


def encoded(picture: Image.Image, file_format: str, **options: Any) -> bytes:  # noqa: ANN401 - as Pillow takes them
    """The file that ``picture`` gives in one of Pillow's formats."""
    buffer = BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def png_bomb(side_px: int) -> bytes:
    """A sound black-and-white PNG of side_px × side_px pixels: a small file that unpacks to a huge image."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 1, 0, 0, 0, 0)
    row = bytes(1 + (side_px + 7) // 8)
    packer = zlib.compressobj(1)
    pixels = b"".join(packer.compress(row) for _ in range(side_px)) + packer.flush()
    return _png_file(header, pixels)


def sixteen_bit_rgb_png(colour: tuple[int, int, int]) -> bytes:
    """A PNG of 64 × 64 pixels of one colour with 16 bits a channel, which Pillow reads but cannot write."""
    row = b"\x00" + struct.pack(">HHH", *colour) * 64
    return _png_file(struct.pack(">IIBBBBB", 64, 64, 16, 2, 0, 0, 0), zlib.compress(row * 64))


def _png_file(header: bytes, pixels: bytes) -> bytes:
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(name, body) for name, body in chunks)


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
