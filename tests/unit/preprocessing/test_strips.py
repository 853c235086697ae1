"""A large image is converted strip by strip, with the pixels that converting it at once gives."""

import numpy as np
import pytest
from PIL import Image

from model.preprocessing import DecodedImage, decode_image
from tests.unit.preprocessing.images import HEIGHT_PX, WIDTH_PX, coloured_picture, encoded, noisy_picture

SEVEN_ROWS = 7 * WIDTH_PX + 3
"""Does not divide the picture's height, so that the last strip is shorter."""


def transparent_below() -> Image.Image:
    """Let through by its last rows only: the strips above them are opaque."""
    picture = noisy_picture().convert("RGBA")
    picture.paste((10, 20, 30, 90), (0, HEIGHT_PX - 9, WIDTH_PX, HEIGHT_PX))
    return picture


def deep_grey() -> Image.Image:
    """12 bits deep, which the last row alone tells."""
    levels = np.random.default_rng(5).integers(0, 200, (HEIGHT_PX, WIDTH_PX)).astype(np.uint16)
    levels[-1] = 4095
    return Image.fromarray(levels)


PICTURES = {
    "RGB": noisy_picture(),
    "L": noisy_picture().convert("L"),
    "1": noisy_picture().convert("1"),
    "palette": coloured_picture().quantize(4),
    "RGBA": transparent_below(),
    "LA": transparent_below().convert("LA"),
    "16-bit grey": deep_grey(),
}


def decoded(picture: Image.Image, strip_px: int, monkeypatch: pytest.MonkeyPatch) -> DecodedImage:
    monkeypatch.setattr("model.preprocessing.colour._STRIP_PX", strip_px)
    return decode_image(encoded(picture, "PNG"))


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("strip_px", [1, SEVEN_ROWS])
def test_strips_change_no_pixel_and_no_warning(kind: str, strip_px: int, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = decoded(PICTURES[kind], 10**9, monkeypatch)
    in_strips = decoded(PICTURES[kind], strip_px, monkeypatch)

    assert np.array_equal(in_strips.image_hwc_u8, at_once.image_hwc_u8)
    assert in_strips.warnings == at_once.warnings


def test_the_alpha_of_one_strip_is_enough_for_the_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [warning.code for warning in decoded(PICTURES["RGBA"], SEVEN_ROWS, monkeypatch).warnings]

    assert codes == ["transparency_on_white"]
