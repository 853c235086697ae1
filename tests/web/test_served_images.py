"""No image leaves the server with what a camera noted beside the pixels."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.unit.preprocessing.images import encoded, noisy_picture, sixteen_bit_rgb_png
from tests.unit.services.test_stripping import FILES, SECRET, notes
from tests.web.site import Site

TIFF = encoded(noisy_picture(), "TIFF", description=SECRET.decode(), software=SECRET.decode())
TURNED_PNG = encoded(noisy_picture(), "PNG", exif=notes())


def served(site: Site, content: bytes, address: str, file_name: str = "field") -> tuple[bytes, str, str]:
    """An image as it comes back, with its media type and its name."""
    sample_id = site.new_sample("served")
    (entry,) = site.upload(sample_id, (file_name, content))
    answer = site.client.get(f"/images/{entry['image_id']}/{address}")
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "sandbox" in answer.headers["content-security-policy"]
    return answer.content, answer.headers["content-type"], answer.headers["content-disposition"]


@pytest.mark.parametrize("address", ["content", "display"])
@pytest.mark.parametrize("content", [*FILES.values(), TIFF, TURNED_PNG], ids=[*FILES, "TIFF", "turned PNG"])
def test_neither_the_original_nor_what_is_shown_holds_notes(site: Site, content: bytes, address: str) -> None:
    body, _, _ = served(site, content, address)

    with Image.open(BytesIO(body)) as opened:
        assert set(opened.getexif()) <= {0x0112}
    for secret in (SECRET, b"4711", b"GPS"):
        assert secret not in body


@pytest.mark.parametrize(("content", "sides"), [(TIFF, (128, 96)), (TURNED_PNG, (96, 128))])
def test_what_cannot_be_stripped_is_written_anew_with_every_pixel(
    site: Site, content: bytes, sides: tuple[int, int]
) -> None:
    body, media_type, name = served(site, content, "content", "field.tif")

    with Image.open(BytesIO(body)) as found, Image.open(BytesIO(content)) as given:
        upright = np.asarray(given) if sides == (128, 96) else np.rot90(np.asarray(given), 3)
        assert np.array_equal(np.asarray(found), upright)
    assert (media_type, name) == ("image/png", "inline; filename*=UTF-8''field.png")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("smear.JPG", "smear.JPG"),
        ("page.html", "page.jpg"),
        ("../../x.svg", "x.jpg"),
        ("no ending", "no%20ending.jpg"),
        ('a; filename="evil.exe', "a%3B%20filename%3D%2522evil.jpg"),
    ],
)
def test_a_saved_image_is_named_for_what_it_is(site: Site, given: str, name: str) -> None:
    _, media_type, disposition = served(site, encoded(noisy_picture(), "JPEG"), "content", given)

    assert media_type == "image/jpeg"
    assert disposition.lower().startswith("inline; filename*=utf-8''")
    assert disposition.partition("''")[2] == name


@pytest.mark.parametrize("address", ["content", "display"])
def test_an_image_that_counting_refuses_can_be_looked_at(site: Site, address: str) -> None:
    content = sixteen_bit_rgb_png((3_200, 480, 640))

    body, media_type, _ = served(site, content + b"tail", address)

    assert (body, media_type) == (content, "image/png")


def test_a_file_lost_to_the_decoder_is_told_in_words(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TIFF has to be decoded to be shown; a decoder that gives up must not become an error of the server."""
    sample_id = site.new_sample("slow")
    (entry,) = site.upload(sample_id, ("a.tif", TIFF))
    monkeypatch.setattr("app.services.images.decoding.reader.ImageReader.decode", _refuse)

    answer = site.client.get(f"/images/{entry['image_id']}/display")

    assert answer.status_code == 415
    assert "took longer than 60 seconds" in answer.text


def _refuse(*_: object) -> None:
    from model.preprocessing import ImageRefused  # noqa: PLC0415

    raise ImageRefused("decoder_timed_out", "Reading the file took longer than 60 seconds, so it was not taken.")
