"""Image files without what a camera notes beside the pixels: place, time, serial numbers, comments, small previews.

The pixels stay as they are, bit by bit: only whole segments of the file are left out, by an allow-list. What follows
the end of the picture is left out too. Nothing here unpacks anything; a file that is built in another way than usual is
not stripped but has to be written anew from its pixels.
"""

import re
import struct
from collections.abc import Callable, Sequence

Pieces = Sequence[bytes | memoryview]
"""The bytes of a file, to be sent one after another."""

UPRIGHT = 1


class NotStrippable(ValueError):
    """The file is built in a way that is not taken apart here."""


def stripped(content: bytes, file_format: str, *, orientation: int = UPRIGHT) -> Pieces:
    """The file with its pixels and no notes; a JPEG keeps the one note that says which side is up.

    Raises:
        NotStrippable: Its format or the way that it is built is not taken apart here.
    """
    if file_format == "JPEG":
        return _jpeg(content, orientation)
    strip = _FORMATS.get(file_format)
    if strip is None or orientation != UPRIGHT:
        raise NotStrippable(file_format)
    try:
        return strip(content)
    except (struct.error, IndexError) as error:
        raise NotStrippable(file_format) from error


_END_OF_IMAGE, _START_OF_SCAN, _COMMENT = 0xD9, 0xDA, 0xFE
_JFIF, _ADOBE, _FIRST_APPLICATION, _LAST_APPLICATION = 0xE0, 0xEE, 0xE0, 0xEF
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_MARKER_IN_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""What ends the pixels of a scan: a marker that is neither a stuffed zero nor a restart (ITU-T T.81, B.1.1)."""


def _jpeg(content: bytes, orientation: int) -> Pieces:
    """Every segment that the pixels need; of the applications' notes only JFIF's and Adobe's, without a preview."""
    view, place = memoryview(content), 2
    kept: list[bytes | memoryview] = [b"\xff\xd8"]
    if orientation != UPRIGHT:
        kept.append(_orientation_note(orientation))
    while True:
        place = _marker_place(content, place)
        marker = content[place + 1]
        if marker == _END_OF_IMAGE:
            return [*kept, b"\xff\xd9"]
        end = place + 2
        if marker not in _WITHOUT_LENGTH:
            end += int.from_bytes(content[place + 2 : place + 4], "big")
        if end > len(content) or end < place + 2:
            raise NotStrippable("JPEG")
        kept.append(_kept_segment(marker, view[place:end]))
        place = end
        if marker == _START_OF_SCAN:
            found = _MARKER_IN_SCAN.search(content, place)
            if found is None:
                raise NotStrippable("JPEG")
            kept.append(view[place : found.start()])
            place = found.start()


def _marker_place(content: bytes, place: int) -> int:
    """Where the next marker begins, behind the bytes that may fill the room before it."""
    if content[place : place + 1] != b"\xff":
        raise NotStrippable("JPEG")
    while content[place + 1 : place + 2] == b"\xff":
        place += 1
    if len(content) < place + 2:
        raise NotStrippable("JPEG")
    return place


def _kept_segment(marker: int, segment: memoryview) -> bytes | memoryview:
    """A segment, or what is kept of it."""
    name = bytes(segment[4:9])
    if marker == _JFIF and name == b"JFIF\0" and len(segment) >= 16:  # noqa: PLR2004 - its fields
        return b"\xff\xe0\x00\x10" + bytes(segment[4:16]) + b"\x00\x00"
    if marker == _ADOBE and name == b"Adobe" and len(segment) >= 16:  # noqa: PLR2004 - how colours are meant
        return b"\xff\xee\x00\x0e" + bytes(segment[4:16])
    if marker == _COMMENT or _FIRST_APPLICATION <= marker <= _LAST_APPLICATION:
        return b""
    return segment


def _orientation_note(orientation: int) -> bytes:
    """An EXIF segment with one entry, the orientation (EXIF 2.32, tag 274)."""
    entry = struct.pack(">HHHIHH", 1, 0x0112, 3, 1, orientation, 0) + bytes(4)
    note = b"Exif\0\0" + b"MM\0*" + struct.pack(">I", 8) + entry
    return b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note


_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"})


def _png(content: bytes) -> Pieces:
    """The chunks that make up the picture (PNG, third edition, 5.6)."""
    view, place = memoryview(content), len(_PNG_SIGNATURE)
    kept: list[bytes | memoryview] = [_PNG_SIGNATURE]
    while True:
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            raise NotStrippable("PNG")
        if kind in _PNG_KEPT:
            kept.append(view[place:end])
        place = end
        if kind == b"IEND":
            return kept


_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})
_ALPHA_FLAG = 0x10


def _webp(content: bytes) -> Pieces:
    """The chunks of a still picture (RFC 9649, 2.3 to 2.7); the header's flags name no notes any more."""
    (declared,) = struct.unpack_from("<I", content, 4)
    place, last = 12, min(len(content), 8 + declared)
    kept: list[bytes] = []
    while place + 8 <= last:
        kind, length = struct.unpack_from("<4sI", content, place)
        chunk = content[place : place + 8 + length + length % 2]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & _ALPHA_FLAG]) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk + b"\0" * (-len(chunk) % 2))
        place += 8 + length + length % 2
    body = b"WEBP" + b"".join(kept)
    return [b"RIFF" + struct.pack("<I", len(body)) + body]


_PLAIN_BMP_HEADERS = 14 + 40
_TRUE_COLOUR_BITS = frozenset({24, 32})


def _bmp(content: bytes) -> Pieces:
    """A bitmap as cameras write it: two headers, and pixels in true colour without compression."""
    offset, header, width, height = struct.unpack_from("<IIii", content, 10)
    bits, compression = struct.unpack_from("<HI", content, 28)
    if (offset, header, compression) != (_PLAIN_BMP_HEADERS, 40, 0) or bits not in _TRUE_COLOUR_BITS or width <= 0:
        raise NotStrippable("BMP")
    end = offset + (width * bits + 31) // 32 * 4 * abs(height)
    if end > len(content):
        raise NotStrippable("BMP")
    start = b"BM" + struct.pack("<IHHI", end, 0, 0, offset)
    return [start, memoryview(content)[14:end]]


_FORMATS: dict[str, Callable[[bytes], Pieces]] = {"PNG": _png, "WEBP": _webp, "BMP": _bmp}
