"""Leaving out what a camera notes beside the pixels."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.services.images.stripping import NotStrippable, stripped
from model.preprocessing import decode_image, describe_image
from tests.unit.preprocessing.images import coloured_picture, encoded, noisy_picture

SECRET = b"Ward 7, serial 4711"


def notes() -> Image.Exif:
    """Camera notes with place, owner and serial number."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif.get_ifd(0x8769)[0xA431] = SECRET.decode()
    return exif


def png_notes() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("Author", SECRET.decode())
    info.add_text("Zipped", SECRET.decode() * 10, zip=True)
    return info


def upright_notes() -> Image.Exif:
    exif = notes()
    exif[0x0112] = 1
    return exif


PROFILE = b"profile of " + SECRET
XMP = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
FILES = {
    "JPEG": encoded(noisy_picture(), "JPEG", exif=notes(), comment=SECRET, icc_profile=PROFILE, xmp=XMP, quality=90),
    "progressive JPEG": encoded(noisy_picture(), "JPEG", exif=notes(), progressive=True, comment=SECRET),
    "JPEG with restarts": encoded(noisy_picture(), "JPEG", exif=notes(), restart_marker_blocks=2),
    "CMYK JPEG": encoded(noisy_picture().convert("CMYK"), "JPEG", exif=notes()),
    "JPEG with a tail": encoded(noisy_picture(), "JPEG") + b"\xff\xd8" + SECRET,
    "PNG": encoded(noisy_picture(), "PNG", exif=upright_notes(), pnginfo=png_notes(), icc_profile=PROFILE),
    "palette PNG": encoded(coloured_picture().quantize(4), "PNG", pnginfo=png_notes()) + SECRET,
    "WebP": encoded(noisy_picture(), "WEBP", exif=upright_notes(), icc_profile=PROFILE, xmp=XMP),
    "lossless WebP": encoded(noisy_picture(), "WEBP", lossless=True, exif=upright_notes()),
    "transparent WebP": encoded(coloured_picture().convert("RGBA"), "WEBP", exif=upright_notes()) + SECRET,
    "BMP": encoded(noisy_picture(), "BMP") + SECRET,
}


def strip(content: bytes) -> bytes:
    """The stripped file as a whole."""
    found = describe_image(content)
    return b"".join(stripped(content, found.format, orientation=found.orientation))


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_the_pixels_stay_and_the_notes_go(content: bytes) -> None:
    result = strip(content)

    before, after = decode_image(content), decode_image(result)
    assert np.array_equal(before.image_hwc_u8, after.image_hwc_u8)
    assert describe_image(result) == describe_image(content)
    with Image.open(BytesIO(result)) as opened:
        opened.load()
        assert set(opened.getexif()) <= {0x0112}
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_density", "jfif_unit", "dpi", "gamma", "adobe",
                                    "adobe_transform", "progressive", "progression", "exif", "compression",
                                    "background", "loop", "timestamp", "duration"}  # fmt: skip
    for secret in (SECRET, b"4711", b"GPS", b"xmp", b"ICC"):
        assert secret not in result


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP", "BMP"])
def test_stripping_again_changes_nothing(name: str) -> None:
    once = strip(FILES[name])

    assert strip(once) == once


def test_a_preview_in_the_jfif_segment_goes() -> None:
    content = encoded(noisy_picture(), "JPEG")
    preview = b"\xff\xe0" + (16 + 27).to_bytes(2, "big") + content[6:18] + b"\x03\x03" + b"PREVIEWPREVIEWPREVIEWPREVIE"
    result = strip(b"\xff\xd8" + preview + content[20:])

    assert b"PREVIEW" not in result
    assert np.array_equal(decode_image(result).image_hwc_u8, decode_image(content).image_hwc_u8)


@pytest.mark.parametrize(
    "content",
    [
        encoded(coloured_picture(), "TIFF"),
        encoded(coloured_picture().quantize(4), "BMP"),
        encoded(coloured_picture(), "PNG", exif=notes()),
    ],
    ids=["TIFF", "palette BMP", "turned PNG"],
)
def test_what_is_not_taken_apart_is_said_and_not_guessed(content: bytes) -> None:
    with pytest.raises(NotStrippable):
        strip(content)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_damaged_file_never_breaks_the_stripping(name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(content[: data.draw(st.integers(12, len(content)))])
    for file_format in ("JPEG", "PNG", "WEBP", "BMP"):
        try:
            result = b"".join(stripped(damaged, file_format))
        except NotStrippable:
            continue
        assert len(result) <= len(damaged) + 100
