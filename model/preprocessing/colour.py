"""Every way of storing colour, turned into red, green and blue in 0..255, with a warning where something is lost."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from model.preprocessing.limits import ImageRefused
from model.types import Notice

RgbImage = npt.NDArray[np.uint8]
"""Axes: row, column, channel (red, green, blue)."""

_GREY = Notice("colour_missing", "The image has no colour; cells are told apart less well without the stain.")
_TRANSPARENT = Notice("transparency_on_white", "The image has transparent parts; they were put on white.")
_SIXTEEN_BIT = Notice(
    "reduced_to_8_bit", "The image has more than 8 bits a channel; it was scaled to 8 bits for counting."
)
_CMYK = Notice("cmyk_converted", "The image is stored in printing colours (CMYK); its colours are approximate.")

_MAX_16_BIT = 2**16 - 1
_OPAQUE = 255
_GREY_SPREAD = 8
"""Largest difference between the channels of a grey image, in levels of 0..255; a stain shows far more."""

_STRIP_PX = 2**22
"""Pixels converted at a time: Pillow keeps 4 bytes of each, and converting copies them two or three times."""

_INTEGER_GREY_MODES = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})
_COLOUR_MODES = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"})
_DARKEST_16_BIT_FIELD = 2**6 - 1
"""Brightest level, of 255, of a 16-bit colour image whose camera used 14 bits or fewer without shifting them."""


def check_colour_mode(mode: str) -> None:
    """Pass an image whose pixels are stored in Pillow's ``mode``, or refuse it; known before any pixel is unpacked.

    Raises:
        ImageRefused: ``unsupported_colour``, for floating-point and Lab images.
    """
    if mode not in _COLOUR_MODES | _INTEGER_GREY_MODES:
        raise _unsupported(f"in a way that is not read (mode {mode})")


def rgb_pixels(image: Image.Image, *, has_sixteen_bits: bool) -> tuple[RgbImage, tuple[Notice, ...]]:
    """The pixels of ``image`` as RGB, and what a person should know about the conversion.

    ``has_sixteen_bits`` tells that the file stores 16 bits a channel, which Pillow hides for colour images.
    Embedded ICC profiles are ignored: the network is trained on camera pixels as they are stored.
    Beside ``image`` and the pixels only a few rows exist at a time, however large the image is.

    Raises:
        ImageRefused: ``unsupported_colour``: the levels do not fit into 16 bits, or they fill so few of them that
            nothing would be left in 8.
    """
    if image.mode in _INTEGER_GREY_MODES:
        return _eight_bit_grey(image), (_SIXTEEN_BIT, _GREY)
    pixels, is_transparent = _eight_bit_colour(image)
    if has_sixteen_bits and pixels.max() <= _DARKEST_16_BIT_FIELD:
        raise _unsupported(f"in 16 bits a colour of which it uses the lowest only (up to {pixels.max()} of 255)")
    true_of_it = {
        _SIXTEEN_BIT: has_sixteen_bits,
        _TRANSPARENT: is_transparent,
        _CMYK: image.mode == "CMYK",
        _GREY: _is_grey(pixels),
    }
    return pixels, tuple(notice for notice, is_true in true_of_it.items() if is_true)


def _strips(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """The image from top to bottom in strips of rows, each with the rows that it covers."""
    rows = max(1, _STRIP_PX // image.width)
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        yield slice(top, bottom), image.crop((0, top, image.width, bottom))


def _eight_bit_colour(image: Image.Image) -> tuple[RgbImage, bool]:
    """The image over a white background, and whether any pixel really let it through."""
    may_be_transparent = image.has_transparency_data
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    is_transparent = False
    for rows, strip in _strips(image):
        if not may_be_transparent:
            pixels[rows] = np.asarray(strip.convert("RGB"))
            continue
        rgba = strip.convert("RGBA")
        lowest_alpha, _ = rgba.getchannel("A").getextrema()
        if lowest_alpha != _OPAQUE:
            is_transparent = True
            rgba = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
        pixels[rows] = np.asarray(rgba.convert("RGB"))
    return pixels, is_transparent


def _eight_bit_grey(image: Image.Image) -> RgbImage:
    """Grey levels scaled to 8 bits, the same in red, green and blue.

    Cameras with 10, 12 or 14 bits store their levels in 16 without shifting them, so the depth is taken from the
    brightest pixel; dividing by 65,535 would turn such a field nearly black.
    """
    extremes = [(levels.min(), levels.max()) for levels in (np.asarray(strip) for _, strip in _strips(image))]
    darkest, brightest = min(int(low) for low, _ in extremes), max(int(high) for _, high in extremes)
    if darkest < 0 or brightest > _MAX_16_BIT:
        raise _unsupported(f"with levels from {darkest:,} to {brightest:,}, beyond 16 bits")
    bits = max(8, brightest.bit_length())
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    for rows, strip in _strips(image):
        grey = np.asarray(strip).astype(np.uint32) * 255 // (2**bits - 1)
        pixels[rows] = grey[:, :, np.newaxis]
    return pixels


def _is_grey(pixels: RgbImage) -> bool:
    """Whether red, green and blue are alike everywhere, up to what lossy compression adds."""
    sample = pixels[::4, ::4]
    return int((sample.max(axis=2) - sample.min(axis=2)).max()) <= _GREY_SPREAD


def _unsupported(how: str) -> ImageRefused:
    return ImageRefused(
        "unsupported_colour",
        f"The image stores its pixels {how}; save it as 8-bit RGB, JPEG or PNG, from the camera's program.",
    )
