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
_OPAQUE_MODES = frozenset({"1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr"})


def rgb_pixels(image: Image.Image, *, has_sixteen_bits: bool) -> tuple[RgbImage, tuple[Notice, ...]]:
    """The pixels of ``image`` as RGB, and what a person should know about the conversion.

    ``has_sixteen_bits`` tells that the file stores 16 bits a channel, which Pillow hides for colour images.
    Embedded ICC profiles are ignored: the network is trained on camera pixels as they are stored.

    Raises:
        ImageRefused: ``unsupported_colour``, for floating-point, 32-bit and Lab images.
    """
    if image.mode in _INTEGER_GREY_MODES:
        grey_hw_u8 = _eight_bit_grey(image)
        return np.repeat(grey_hw_u8[:, :, np.newaxis], 3, axis=2), (_SIXTEEN_BIT, _GREY)
    warnings = [_SIXTEEN_BIT] if has_sixteen_bits else []
    if image.has_transparency_data:
        pixels, is_transparent = _on_white(image)
        warnings += [_TRANSPARENT] if is_transparent else []
    elif image.mode in _OPAQUE_MODES:
        warnings += [_CMYK] if image.mode == "CMYK" else []
        pixels = np.array(image.convert("RGB"))
    else:
        raise _unsupported(image.mode)
    if _is_grey(pixels):
        warnings.append(_GREY)
    return pixels, tuple(warnings)


def _eight_bit_grey(image: Image.Image) -> npt.NDArray[np.uint8]:
    """Grey levels scaled to 8 bits, axes row and column.

    Cameras with 10, 12 or 14 bits store their levels in 16 without shifting them, so the depth is taken from the
    brightest pixel; dividing by 65,535 would turn such a field nearly black.
    """
    levels_hw = np.asarray(image)
    darkest, brightest = int(levels_hw.min()), int(levels_hw.max())
    if darkest < 0 or brightest > _MAX_16_BIT:
        raise _unsupported(image.mode)
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


def _unsupported(mode: str) -> ImageRefused:
    return ImageRefused(
        "unsupported_colour",
        f"The image stores its pixels in a way that is not read (mode {mode!r}); save it as an 8-bit RGB JPEG or PNG.",
    )
