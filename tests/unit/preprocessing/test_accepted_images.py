"""What decodes, and to which pixels."""

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from model.preprocessing import DecodedImage, decode_image, inspect_image
from model.types import Size
from tests.unit.preprocessing.images import HEIGHT_PX, WIDTH_PX, coloured_picture, encoded, sixteen_bit_rgb_png

LOSSLESS = [("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("BMP", {}), ("WEBP", {"lossless": True})]
RED, GREEN, BLUE, PALE = (200, 30, 40), (20, 180, 60), (40, 50, 210), (230, 210, 220)


def quarters(image: DecodedImage) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters: top left, top right, bottom left, bottom right."""
    height, width = image.size.height, image.size.width
    middles = [(y, x) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    return [tuple(int(level) for level in image.image_hwc_u8[y, x]) for y, x in middles]


def warning_codes(image: DecodedImage) -> list[str]:
    return [warning.code for warning in image.warnings]


@pytest.mark.parametrize(("file_format", "options"), LOSSLESS)
def test_lossless_formats_keep_every_pixel(file_format: str, options: dict[str, Any]) -> None:
    decoded = decode_image(encoded(coloured_picture(), file_format, **options))

    assert np.array_equal(decoded.image_hwc_u8, np.array(coloured_picture()))
    assert decoded.image_hwc_u8.dtype == np.uint8
    assert (decoded.size, decoded.format, decoded.warnings) == (Size(WIDTH_PX, HEIGHT_PX), file_format, ())


def test_jpeg_keeps_the_colours() -> None:
    decoded = decode_image(encoded(coloured_picture(), "JPEG", quality=95))

    assert np.abs(np.array(quarters(decoded)) - np.array([RED, GREEN, BLUE, PALE])).max() <= 4
    assert decoded.warnings == ()


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_the_image_upright(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(coloured_picture(), file_format, exif=exif, quality=98, lossless=True)
    turned = coloured_picture()
    turned.getexif()[0x0112] = orientation
    upright = np.array(ImageOps.exif_transpose(turned)).astype(int)

    decoded = decode_image(data)

    assert decoded.image_hwc_u8.shape == upright.shape
    assert np.median(np.abs(decoded.image_hwc_u8 - upright)) <= 2
    assert inspect_image(data).size == decoded.size


def test_damaged_exif_leaves_the_image_as_stored_and_says_so() -> None:
    orientation_as_text = b"\x12\x01\x02\x00\x03\x00\x00\x00up\x00\x00"
    one_entry = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00" + orientation_as_text + b"\x00\x00\x00\x00"

    decoded = decode_image(encoded(coloured_picture(), "JPEG", exif=one_entry))

    assert decoded.size == Size(WIDTH_PX, HEIGHT_PX)
    assert warning_codes(decoded) == ["orientation_unknown"]


def test_cut_off_exif_does_not_refuse_the_image() -> None:
    decoded = decode_image(encoded(coloured_picture(), "JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff"))

    assert decoded.size == Size(WIDTH_PX, HEIGHT_PX)


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_gives_the_colours_and_a_warning(file_format: str) -> None:
    decoded = decode_image(encoded(coloured_picture().convert("CMYK"), file_format))

    assert np.abs(np.array(quarters(decoded)) - np.array([RED, GREEN, BLUE, PALE])).max() <= 12
    assert warning_codes(decoded) == ["cmyk_converted"]


@pytest.mark.parametrize(("stored_max", "bits"), [(4095, 12), (65535, 16), (255, 8)])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_by_the_depth_the_camera_used(file_format: str, stored_max: int, bits: int) -> None:
    levels = np.linspace(0, stored_max, 128 * 96).reshape(96, 128).astype(np.uint16)
    decoded = decode_image(encoded(Image.fromarray(levels), file_format))

    expected = levels.astype(float) * 255 / (2**bits - 1)
    assert np.abs(decoded.image_hwc_u8[:, :, 0] - expected).max() <= 1
    assert warning_codes(decoded) == ["reduced_to_8_bit", "colour_missing"]


def test_sixteen_bit_colour_is_reduced_with_a_warning() -> None:
    decoded = decode_image(sixteen_bit_rgb_png((200 * 257, 30 * 257, 40 * 257)))

    assert quarters(decoded) == [(200, 30, 40)] * 4
    assert warning_codes(decoded) == ["reduced_to_8_bit"]


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_grey_images_are_read_with_a_warning(file_format: str, mode: str) -> None:
    picture = coloured_picture().convert(mode)
    decoded = decode_image(encoded(picture, file_format))

    assert np.array_equal(decoded.image_hwc_u8, np.array(picture.convert("RGB")))
    assert warning_codes(decoded) == ["colour_missing"]


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP", "PNG"])
def test_a_grey_picture_stored_as_colour_is_warned_about_too(file_format: str) -> None:
    decoded = decode_image(encoded(coloured_picture().convert("L").convert("RGB"), file_format))

    assert warning_codes(decoded) == ["colour_missing"]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_transparent_parts_become_white(file_format: str) -> None:
    picture = coloured_picture().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, WIDTH_PX // 2, HEIGHT_PX // 2))
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    decoded = decode_image(encoded(picture, file_format, **options))

    assert quarters(decoded) == [(255, 255, 255), GREEN, BLUE, PALE]
    assert warning_codes(decoded) == ["transparency_on_white"]


def test_an_alpha_channel_that_hides_nothing_gives_no_warning() -> None:
    decoded = decode_image(encoded(coloured_picture().convert("RGBA"), "PNG"))

    assert (quarters(decoded), decoded.warnings) == ([RED, GREEN, BLUE, PALE], ())


def test_a_palette_gives_its_colours() -> None:
    decoded = decode_image(encoded(coloured_picture().quantize(4), "PNG"))

    assert (quarters(decoded), decoded.warnings) == ([RED, GREEN, BLUE, PALE], ())


def test_a_transparent_palette_entry_becomes_white() -> None:
    palette_picture = coloured_picture().quantize(4)
    red_entry = palette_picture.getpixel((0, 0))
    decoded = decode_image(encoded(palette_picture, "PNG", transparency=red_entry))

    assert quarters(decoded) == [(255, 255, 255), GREEN, BLUE, PALE]
    assert warning_codes(decoded) == ["transparency_on_white"]


def test_a_telephone_photo_with_an_embedded_preview_is_read_as_its_main_picture() -> None:
    preview = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), "black")
    data = encoded(coloured_picture(), "MPO", save_all=True, append_images=[preview], quality=95)

    decoded = decode_image(data)

    assert decoded.format == "JPEG"
    assert np.abs(np.array(quarters(decoded)) - np.array([RED, GREEN, BLUE, PALE])).max() <= 4
    assert inspect_image(data).size == Size(WIDTH_PX, HEIGHT_PX)
