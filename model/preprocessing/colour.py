"""Every way of storing colour, turned into red, green and blue in 0..255, with a warning where something is lost."""

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

    Raises:
        ImageRefused: ``unsupported_colour``: the levels do not fit into 16 bits, or they fill so few of them that
            nothing would be left in 8.
    """
    if image.mode in _INTEGER_GREY_MODES:
        grey_hw_u8 = _eight_bit_grey(image)
        return np.repeat(grey_hw_u8[:, :, np.newaxis], 3, axis=2), (_SIXTEEN_BIT, _GREY)
    pixels, is_transparent = (
        _on_white(image) if image.has_transparency_data else (np.array(image.convert("RGB")), False)
    )
    if has_sixteen_bits and pixels.max() <= _DARKEST_16_BIT_FIELD:
        raise _unsupported(f"in 16 bits a colour of which it uses the lowest only (up to {pixels.max()} of 255)")
    true_of_it = {
        _SIXTEEN_BIT: has_sixteen_bits,
        _TRANSPARENT: is_transparent,
        _CMYK: image.mode == "CMYK",
        _GREY: _is_grey(pixels),
    }
    return pixels, tuple(notice for notice, is_true in true_of_it.items() if is_true)


def _eight_bit_grey(image: Image.Image) -> npt.NDArray[np.uint8]:
    """Grey levels scaled to 8 bits, axes row and column.

    Cameras with 10, 12 or 14 bits store their levels in 16 without shifting them, so the depth is taken from the
    brightest pixel; dividing by 65,535 would turn such a field nearly black.
    """
    levels_hw = np.asarray(image)
    darkest, brightest = int(levels_hw.min()), int(levels_hw.max())
    if darkest < 0 or brightest > _MAX_16_BIT:
        raise _unsupported(f"with levels from {darkest:,} to {brightest:,}, beyond 16 bits")
    bits = max(8, brightest.bit_length())
    return np.asarray(levels_hw.astype(np.uint32) * 255 // (2**bits - 1), dtype=np.uint8)


def _on_white(image: Image.Image) -> tuple[RgbImage, bool]:
    """The image over a white background, and whether any pixel really let it through."""
    rgba = image.convert("RGBA")
    lowest_alpha, _ = rgba.getchannel("A").getextrema()
    if lowest_alpha == _OPAQUE:
        return np.array(rgba.convert("RGB")), False
    white = Image.new("RGBA", rgba.size, "white")
    return np.array(Image.alpha_composite(white, rgba).convert("RGB")), True


def _is_grey(pixels: RgbImage) -> bool:
    """Whether red, green and blue are alike everywhere, up to what lossy compression adds."""
    sample = pixels[::4, ::4]
    return int((sample.max(axis=2) - sample.min(axis=2)).max()) <= _GREY_SPREAD


def _unsupported(how: str) -> ImageRefused:
    return ImageRefused(
        "unsupported_colour",
        f"The image stores its pixels {how}; save it as 8-bit RGB, JPEG or PNG, from the camera's program.",
    )
