"""Decoding of one image file: checked before any pixel is unpacked, read to its end, and turned upright."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import BinaryIO

from PIL import Image
from PIL.ExifTags import Base
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from model.preprocessing.colour import RgbImage, check_colour_mode, rgb_pixels
from model.preprocessing.formats import HEADER_BYTES, image_format, webp_canvas_size
from model.preprocessing.limits import DEFAULT_LIMITS, ImageLimits, ImageRefused
from model.types import Notice, Size

# Pillow's own guard warns at 89 and stops at 179 million pixels, with one number for the whole process.
# ImageLimits.check_size takes its place below: it is called for every image, before the first pixel is unpacked.
Image.MAX_IMAGE_PIXELS = None

_TURNS: dict[int, Callable[[RgbImage], RgbImage]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: pixels[::-1].transpose(1, 0, 2),
    7: lambda pixels: pixels[::-1, ::-1].transpose(1, 0, 2),
    8: lambda pixels: pixels[:, ::-1].transpose(1, 0, 2),
}
"""EXIF orientation to the turn that makes the image upright (EXIF 2.32, tag 274); none copies a pixel."""

_SWAPS_SIDES = frozenset({5, 6, 7, 8})
_UNREADABLE_EXIF = Notice(
    "orientation_unknown", "The camera's notes in the file are damaged; the image is shown as it is stored."
)


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """An upright RGB image: ``image_hwc_u8`` has axes row, column, channel (red, green, blue), values 0..255.

    Of an image that was turned upright the array is a view of the pixels as they are stored.
    """

    image_hwc_u8: RgbImage
    size: Size
    format: str
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageInspection:
    """What an upload needs to know of a sound image: its format and its upright size."""

    format: str
    size: Size


@dataclass(frozen=True, slots=True)
class ImageDescription:
    """What the header of an image tells: its format, its size as stored, and its EXIF orientation (1 is upright)."""

    format: str
    size: Size
    orientation: int


def decode_image(data: bytes, limits: ImageLimits = DEFAULT_LIMITS) -> DecodedImage:
    """The upright RGB image in ``data``, the whole content of one file.

    Raises:
        ImageRefused: The file is no image that can be counted; its code and sentence say why.
    """
    with _opened_image(BytesIO(data), limits) as (opened, file_format):
        has_sixteen_bits = ";16" in str(opened.tile)
        with _damage_refused(file_format):
            opened.load()
        orientation, warnings = _orientation(opened)
        image_hwc_u8, colour_warnings = rgb_pixels(opened, has_sixteen_bits=has_sixteen_bits)
    if orientation in _TURNS:
        image_hwc_u8 = _TURNS[orientation](image_hwc_u8)
    height, width = image_hwc_u8.shape[:2]
    return DecodedImage(image_hwc_u8, Size(width, height), file_format, (*warnings, *colour_warnings))


def inspect_image(content: bytes | BinaryIO, limits: ImageLimits = DEFAULT_LIMITS) -> ImageInspection:
    """Format and upright size of the image in ``content``, read to its end to be sure that it is sound.

    A file is left at its start. JPEG files are read at an eighth of their size, which takes a fraction of the time
    and the memory of a full decoding and still meets every byte.

    Raises:
        ImageRefused: The file is no image that can be counted; its code and sentence say why.
    """
    file = BytesIO(content) if isinstance(content, bytes) else content
    with _opened_image(file, limits) as (opened, file_format):
        stored_width, stored_height = opened.size
        with _damage_refused(file_format):
            if isinstance(opened, JpegImageFile):
                opened.draft(None, (stored_width // 8, stored_height // 8))
            opened.load()
        orientation, _ = _orientation(opened)
    file.seek(0)
    if orientation in _SWAPS_SIDES:
        return ImageInspection(file_format, Size(stored_height, stored_width))
    return ImageInspection(file_format, Size(stored_width, stored_height))


def describe_image(content: bytes | BinaryIO, limits: ImageLimits = DEFAULT_LIMITS) -> ImageDescription:
    """Format, stored size and orientation of the image in ``content``; no pixel is unpacked.

    Raises:
        ImageRefused: The file is no image that can be counted; its code and sentence say why.
    """
    file = BytesIO(content) if isinstance(content, bytes) else content
    with _opened_image(file, limits) as (opened, file_format):
        orientation, _ = _orientation(opened)
        return ImageDescription(file_format, Size(*opened.size), orientation if orientation in _TURNS else 1)


@contextlib.contextmanager
def _opened_image(file: BinaryIO, limits: ImageLimits) -> Iterator[tuple[ImageFile, str]]:
    """The image with its header read and checked, and Pillow's name of its format; no pixel is unpacked yet."""
    limits.check_file_size(file.seek(0, SEEK_END))
    file.seek(0)
    header = file.read(HEADER_BYTES)
    file_format = image_format(header)
    if file_format == "WEBP" and (canvas := webp_canvas_size(header)):
        limits.check_size(canvas)
    file.seek(0)
    with _damage_refused(file_format):
        opened = Image.open(file, formats=[file_format])
    with opened:
        limits.check_size(Size(*opened.size))
        check_colour_mode(opened.mode)
        _refuse_several_pictures(opened, file_format)
        yield opened, file_format


@contextlib.contextmanager
def _damage_refused(file_format: str) -> Iterator[None]:
    """Whatever Pillow raises while it reads a damaged file refuses that file.

    It raises OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError and more, depending on the byte
    that is wrong; one unforeseen type must not stop the other files of an upload.
    """
    try:
        yield
    except MemoryError:
        raise  # not the file's fault: the job is tried again
    except Exception as error:
        raise ImageRefused(
            "truncated",
            f"The {file_format} file is damaged or cut off before its end; copy it from the camera again.",
        ) from error


def _refuse_several_pictures(opened: ImageFile, file_format: str) -> None:
    if file_format == "JPEG":
        return  # what a telephone adds to a JPEG file are previews of its first picture, which is the one read
    with _damage_refused(file_format):
        pictures = getattr(opened, "n_frames", 1)
    if pictures > 1:
        raise ImageRefused(
            "animated",
            f"The file holds {pictures:,} pictures (animation or pages) and only one can be counted; "
            "save each field as a file of its own.",
        )


def _orientation(opened: ImageFile) -> tuple[int, tuple[Notice, ...]]:
    """EXIF orientation, 1..8, where 1 is upright; Pillow has turned TIFF files already while it loaded them."""
    try:
        return int(opened.getexif().get(Base.Orientation, 1)), ()
    except Exception:  # noqa: BLE001 - damaged camera notes make Pillow raise almost anything; the pixels are sound
        return 1, (_UNREADABLE_EXIF,)
