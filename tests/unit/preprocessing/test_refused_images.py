"""What is refused, with which code, and in words that name the value, the limit and the next step."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model.preprocessing import ImageLimits, ImageRefused, decode_image, inspect_image
from model.types import Size
from tests.unit.preprocessing.images import (
    coloured_picture,
    encoded,
    noisy_picture,
    png_bomb,
    sixteen_bit_rgb_png,
)

FORMATS = ["JPEG", "PNG", "TIFF", "BMP", "WEBP"]
FILES = {file_format: encoded(noisy_picture(), file_format) for file_format in FORMATS}


def refusal_of(data: bytes, limits: ImageLimits | None = None) -> ImageRefused:
    """The refusal of ``data``, which upload and counting must agree on."""
    refusals = []
    for read in (inspect_image, decode_image):
        with pytest.raises(ImageRefused) as caught:
            read(data, limits or ImageLimits())
        refusals.append((caught.value.code, caught.value.message))
    assert refusals[0] == refusals[1]
    return ImageRefused(*refusals[0])


def test_an_empty_file() -> None:
    refusal = refusal_of(b"")

    assert refusal.code == "empty_file"
    assert "0 bytes" in refusal.message


@pytest.mark.parametrize(
    "data", [b"patient,count\n1,2\n", b"\x00" * 500, b"<html>", b"\xff", b"RIFF\x00\x00\x00\x00WAVEfmt "]
)
def test_what_is_not_an_image(data: bytes) -> None:
    assert refusal_of(data).code == "not_an_image"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (encoded(coloured_picture(), "GIF"), "GIF"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC"),
        (b"PK\x03\x04word/document.xml", "Office"),
    ],
)
def test_a_known_format_that_is_not_read_is_named(data: bytes, named: str) -> None:
    refusal = refusal_of(data)

    assert refusal.code == "unsupported_format"
    assert named in refusal.message
    assert "JPEG" in refusal.message


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
def test_a_file_cut_off_before_its_end(file_format: str, kept: float) -> None:
    data = FILES[file_format]

    refusal = refusal_of(data[: int(len(data) * kept)])

    assert refusal.code == "truncated"
    assert file_format in refusal.message


@pytest.mark.parametrize("file_format", FORMATS)
def test_any_damage_either_refuses_or_decodes_but_never_fails_otherwise(file_format: str) -> None:
    @given(st.lists(st.tuples(st.integers(0, len(FILES[file_format]) - 1), st.integers(0, 255)), max_size=8))
    def damaged_file_is_handled(edits: list[tuple[int, int]]) -> None:
        data = bytearray(FILES[file_format])
        for position, value in edits:
            data[position] = value
        for read in (inspect_image, decode_image):
            try:
                size = read(bytes(data)).size
            except ImageRefused as refusal:
                assert refusal.message.endswith(".")  # noqa: PT017 - a refusal is one of the two right outcomes
            else:
                assert min(size.width, size.height) >= 64

    damaged_file_is_handled()


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_several_pictures_in_one_file(file_format: str) -> None:
    others = [coloured_picture().rotate(180), coloured_picture().convert("L").convert("RGB")]
    data = encoded(coloured_picture(), file_format, save_all=True, append_images=others)

    refusal = refusal_of(data)

    assert refusal.code == "animated"
    assert "3 pictures" in refusal.message


def test_a_bomb_of_900_million_pixels_is_refused_without_unpacking_it() -> None:
    script = """
import resource, sys
from model.preprocessing import ImageRefused, decode_image, inspect_image
data = sys.stdin.buffer.read()
in_use = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + 100_000_000,) * 2)
for read in (inspect_image, decode_image):
    try:
        read(data)
    except ImageRefused as refusal:
        print(refusal.code, refusal.message)
"""
    run = subprocess.run([sys.executable, "-c", script], input=png_bomb(30_000), capture_output=True, check=False)

    assert run.returncode == 0, run.stderr.decode()
    lines = run.stdout.decode().splitlines()
    assert len(lines) == 2
    assert all(line.startswith("too_many_pixels") and "30,000 × 30,000" in line for line in lines)


@pytest.mark.parametrize("file_format", ["BMP", "TIFF", "JPEG"])
def test_a_header_that_announces_too_many_pixels(file_format: str) -> None:
    limits = ImageLimits(max_pixels=128 * 96 - 1)

    assert refusal_of(FILES[file_format], limits).code == "too_many_pixels"
    assert decode_image(FILES[file_format], ImageLimits(max_pixels=128 * 96)).size == Size(128, 96)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 80}, {"exif": b"Exif\x00\x00"}])
def test_a_webp_canvas_is_measured_before_pillow_reserves_it(options: dict[str, object]) -> None:
    data = encoded(coloured_picture(), "WEBP", **options)
    limits = ImageLimits(max_pixels=128 * 96 - 1)

    refusal = refusal_of(data, limits)

    assert refusal.code == "too_many_pixels"
    assert "128 × 96" in refusal.message


def test_an_image_with_a_short_side() -> None:
    refusal = refusal_of(encoded(Image.new("RGB", (640, 63)), "PNG"))

    assert refusal.code == "too_small"
    assert "640 × 63" in refusal.message
    assert "64" in refusal.message


def test_a_file_of_200_mb_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.write(FILES["JPEG"])
        file.truncate(200_000_000)

    with path.open("rb") as file, pytest.raises(ImageRefused) as caught:
        inspect_image(file)

    assert caught.value.code == "too_large_file"
    assert "200.0 MB" in caught.value.message
    assert "150.0 MB" in caught.value.message


@pytest.mark.parametrize("mode", ["F", "LAB"])
def test_colour_that_cannot_be_shown_as_rgb(mode: str) -> None:
    refusal = refusal_of(encoded(coloured_picture().convert(mode), "TIFF"))

    assert refusal.code == "unsupported_colour"
    assert mode in refusal.message


def test_grey_levels_beyond_16_bits() -> None:
    data = encoded(Image.new("I", (64, 64), 70_000), "TIFF")

    with pytest.raises(ImageRefused, match=r"70,000.*8-bit RGB") as caught:
        decode_image(data)

    assert caught.value.code == "unsupported_colour"


def test_sixteen_bit_colour_that_would_turn_black() -> None:
    with pytest.raises(ImageRefused, match=r"up to 12 of 255") as caught:
        decode_image(sixteen_bit_rgb_png((3_200, 480, 640)))

    assert caught.value.code == "unsupported_colour"


def test_an_inspected_file_is_left_open_at_its_start() -> None:
    file = BytesIO(FILES["PNG"])

    inspect_image(file)

    assert file.read() == FILES["PNG"]
