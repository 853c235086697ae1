"""Images as they leave the server: with every pixel, and with nothing that a camera noted beside them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO

from PIL import Image

from app.errors import ImageRejected
from app.services.images.decoding.reader import ImageReader
from app.services.images.stripping import UPRIGHT, NotStrippable, Pieces, stripped
from model.preprocessing import ImageDescription, ImageRefused

_MEDIA_TYPES = {"BMP": "image/bmp", "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_ENDINGS = {
    "BMP": (".bmp",),
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}
_TURNED_BY_BROWSERS = frozenset({"JPEG"})
_LARGEST_SHOWN_PIXELS = 24_000_000
"""Above this a browser needs seconds and gigabytes for a page of images."""

_PREVIEW_SIDE_PX = 4096
_PREVIEW_QUALITY = 90


@dataclass(frozen=True, slots=True)
class ServedImage:
    """An image file that may leave the server, and the ending that its name needs."""

    pieces: Pieces
    media_type: str
    endings: tuple[str, ...]

    def name(self, file_name: str) -> str:
        """A file name that says what the file is, so that a saved picture is never opened as anything else."""
        if file_name.lower().endswith(self.endings):
            return file_name
        return (PurePath(file_name).stem or "image")[:200] + self.endings[0]


def whole_image(stream: BinaryIO, reader: ImageReader) -> ServedImage:
    """The image with its pixels untouched; where a file cannot be stripped, they are written anew as PNG.

    Raises:
        ImageRejected: The image cannot be read.
        DecoderUnavailable: No process that reads images can be started.
    """
    description, content = _read(stream, reader)
    try:
        pieces = stripped(content, description.format, orientation=description.orientation)
    except NotStrippable:
        return _saved(upright_pixels(content, reader), "PNG", compress_level=1)
    return _as(description.format, pieces)


def shown_image(stream: BinaryIO, reader: ImageReader) -> ServedImage:
    """The image upright, as a browser shows it: as it is where possible, else as a JPEG of at most 4096 pixels a side.

    Raises:
        ImageRejected: The image cannot be read.
        DecoderUnavailable: No process that reads images can be started.
    """
    description, content = _read(stream, reader)
    if not _needs_preview(description):
        try:
            return _as(description.format, stripped(content, description.format, orientation=description.orientation))
        except NotStrippable:
            pass
    preview = upright_pixels(content, reader)
    preview.thumbnail((_PREVIEW_SIDE_PX, _PREVIEW_SIDE_PX))
    return _saved(preview, "JPEG", quality=_PREVIEW_QUALITY)


def upright_pixels(content: bytes | BinaryIO, reader: ImageReader) -> Image.Image:
    """The pixels of an image as they are counted.

    Raises:
        ImageRejected: The image cannot be read.
        DecoderUnavailable: No process that reads images can be started.
    """
    with _refusal_told():
        return Image.fromarray(reader.decode(content).image_hwc_u8)


def _needs_preview(image: ImageDescription) -> bool:
    """Whether a browser cannot show the image, would show it lying down, or would choke on it."""
    is_large = image.size.width * image.size.height > _LARGEST_SHOWN_PIXELS
    is_turned = image.orientation != UPRIGHT and image.format not in _TURNED_BY_BROWSERS
    return image.format not in _MEDIA_TYPES or is_large or is_turned


def _read(stream: BinaryIO, reader: ImageReader) -> tuple[ImageDescription, bytes]:
    with _refusal_told():
        description = reader.describe(stream)
    stream.seek(0)
    return description, stream.read()


@contextmanager
def _refusal_told() -> Iterator[None]:
    """Say what the network would be refused too, such as levels that fill too few of 16 bits.

    Raises:
        ImageRejected: The image cannot be read.
    """
    try:
        yield
    except ImageRefused as refusal:
        raise ImageRejected(refusal.code, refusal.message) from refusal


def _as(file_format: str, pieces: Pieces) -> ServedImage:
    return ServedImage(pieces, _MEDIA_TYPES[file_format], _ENDINGS[file_format])


def _saved(image: Image.Image, file_format: str, **options: int) -> ServedImage:
    buffer = BytesIO()
    image.save(buffer, format=file_format, **options)
    return _as(file_format, [buffer.getvalue()])
