"""Which image format a file is, told by its first bytes and never by its name."""

from model.preprocessing.limits import ImageRefused
from model.types import Size

_WEBP_HEADER_BYTES = 30

HEADER_BYTES = 64
"""Bytes from the start of a file that are enough to tell its format."""

ACCEPTED_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")
"""Formats that are read, by Pillow's names."""

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    # offset of the signature in the file, the signature, Pillow's name of the format
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"II+\x00", "TIFF"),
    (0, b"MM\x00+", "TIFF"),
    (0, b"BM", "BMP"),
    (8, b"WEBP", "WEBP"),
)

_KNOWN_BUT_NOT_READ: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "a GIF picture"),
    (4, b"ftypheic", "a HEIC photograph"),
    (4, b"ftypmif1", "a HEIF photograph"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"PK\x03\x04", "a ZIP archive or an Office document"),
    (0, b"<svg", "an SVG drawing"),
)


def image_format(header: bytes) -> str:
    """Pillow's name of the format of the file that starts with ``header``, one of ``ACCEPTED_FORMATS``.

    Raises:
        ImageRefused: ``unsupported_format`` for a format that is known but not read, else ``not_an_image``.
    """
    for offset, signature, name in _SIGNATURES:
        if header[offset:].startswith(signature):
            return name
    for offset, signature, description in _KNOWN_BUT_NOT_READ:
        if header[offset:].startswith(signature):
            raise ImageRefused(
                "unsupported_format",
                f"The file is {description}, which is not read; save the field as JPEG, PNG, TIFF, BMP or WebP.",
            )
    raise ImageRefused(
        "not_an_image", "The file is not an image; choose a photograph saved as JPEG, PNG, TIFF, BMP or WebP."
    )


def webp_canvas_size(header: bytes) -> Size | None:
    """Width and height that a WebP file announces, in pixels; None when its first chunk is damaged.

    Pillow reserves memory for the whole canvas while it opens a WebP file, so the size has to be known before that.
    Layouts: RFC 9649, sections 2.5 (VP8), 2.6 (VP8L) and 2.7 (VP8X).
    """
    if len(header) < _WEBP_HEADER_BYTES:
        return None
    chunk, body = header[12:16], header[20:_WEBP_HEADER_BYTES]
    if chunk == b"VP8X":
        return Size(int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    if chunk == b"VP8L":
        both = int.from_bytes(body[1:5], "little")
        return Size((both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 ":
        return Size(int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF)
    return None
