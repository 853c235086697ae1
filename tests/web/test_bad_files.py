"""Files that cannot be counted, sent over HTTP: each gets its reason in words, and the others go on."""

import pytest

from app.settings import Settings
from tests.web.image_files import (
    animated_webp,
    bomb_png,
    jpeg_of,
    png_of,
    sixteen_bit_png,
    tiff_image,
    transparent_png,
    truncated_png,
    turned_png,
)
from tests.web.site import Site

BAD_FILES = {
    "not an image": (b"Dear colleague, ...", "not_an_image", "The file is not an image"),
    "empty": (b"", "empty_file", "The file is empty (0 bytes)"),
    "truncated": (truncated_png(), "truncated", "damaged or cut off"),
    "bomb": (bomb_png(), "too_many_pixels", "30,000 × 30,000 pixels"),
    "animated": (animated_webp(), "animated", "The file holds 2 pictures"),
    "too large": (b"\x89PNG\r\n\x1a\n" + b"\0" * 300_000, "too_large_file", "the limit is 0.2 MB"),
    "PDF": (b"%PDF-1.7 ...", "unsupported_format", "a PDF document"),
    "tiny": (png_of(9, width=20, height=20), "too_small", "each side needs at least 64"),
}


@pytest.mark.parametrize(("content", "code", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_in_words_and_the_others_go_on(site: Site, content: bytes, code: str, words: str) -> None:
    sample_id = site.new_sample("bad")

    before, bad, after = site.upload(
        sample_id, ("before.png", png_of(1)), ("bad.png", content), ("after.png", png_of(2))
    )

    assert (bad["image_id"], bad["error"]["code"]) == (None, code)
    assert words in bad["error"]["message"]
    assert (before["error"], after["error"]) == (None, None)
    names = [image["file_name"] for image in site.sample(sample_id)["images"]]
    assert names == ["before.png", "after.png"]


@pytest.mark.parametrize("content", [content for content, *_ in BAD_FILES.values()], ids=BAD_FILES)
@pytest.mark.parametrize("address", ["/api/v1/samples/1/images", "/samples/1/images", "/samples"])
def test_a_strangers_bad_file_is_refused_unread_whatever_it_is(
    strangers_site: Site, settings: Settings, content: bytes, address: str
) -> None:
    answer = strangers_site.client.post(address, files={"files": ("bad.png", content)})

    assert answer.status_code == 401
    assert ("API token is missing" if address.startswith("/api") else "not signed in") in answer.text
    assert [path for path in (settings.data_dir / "images").rglob("*") if path.is_file()] == []


SOUND_FILES = {
    "CMYK": (jpeg_of(120, mode="CMYK"), (96, 72)),
    "grey": (jpeg_of(120, mode="L"), (96, 72)),
    "rotated by EXIF": (jpeg_of(120, orientation=6), (72, 96)),
    "rotated PNG": (turned_png(), (72, 96)),
    "16 bit": (sixteen_bit_png(), (96, 72)),
    "transparent": (transparent_png(), (96, 72)),
    "TIFF": (tiff_image(), (96, 72)),
}


@pytest.mark.parametrize(("content", "size"), SOUND_FILES.values(), ids=SOUND_FILES)
def test_an_unusual_image_is_counted_and_shown_upright(
    counting_site: Site, content: bytes, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    detail = counting_site.counted_sample(request.node.name[-60:], ("field", content))

    image = detail["images"][0]
    assert (image["status"], image["width"], image["height"]) == ("counted", *size)
    assert f'viewBox="0 0 {size[0]} {size[1]}"' in counting_site.page(f"/samples/{detail['id']}")
    shown = counting_site.client.get(f"/images/{image['id']}/display")
    assert shown.headers["content-type"] in {"image/jpeg", "image/png"}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "é" * 300 + ".png", "🩸 smear.png", "<b>bold</b>.png", "a\nb.png"]
)
def test_any_file_name_is_taken_and_none_leaves_the_store(site: Site, settings: Settings, name: str) -> None:
    sample_id = site.new_sample("names")

    (entry,) = site.upload(sample_id, (name, png_of(1)))

    assert entry["error"] is None
    assert "/" not in entry["file_name"]
    assert len(entry["file_name"]) <= 255
    assert "<b>bold" not in site.page(f"/samples/{sample_id}")
    outside = [path for path in settings.data_dir.parent.rglob("*passwd*") if "images" not in path.parts]
    assert outside == []


def test_the_same_image_twice_is_stored_once(site: Site) -> None:
    sample_id = site.new_sample("twice")

    first, second = site.upload(sample_id, ("a.png", png_of(1)), ("b.png", png_of(1)))

    assert (first["image_id"], first["error"]) == (1, None)
    assert (second["is_duplicate"], second["duplicate_of"], second["error"]["code"]) == (True, 1, "duplicate_image")
    assert site.sample(sample_id)["images_total"] == 1


def test_the_same_upload_sent_again_adds_nothing_and_gets_the_same_answer(site: Site) -> None:
    sample_id = site.new_sample("again")
    files = (("a.png", png_of(1)), ("letter.txt", b"no image"))

    first = site.upload(sample_id, *files, key="k1")
    again = site.upload(sample_id, *files, key="k1")
    other = site.try_upload(sample_id, ("b.png", png_of(2)), key="k1")

    assert again == first
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert site.sample(sample_id)["images_total"] == 1


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_over_the_limit_is_refused_in_words(site: Site, *, is_declared: bool) -> None:
    sample_id = site.new_sample("large")
    start = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    pieces = [start, *[b"\0" * 100_000] * 20, b"\r\n--B--\r\n"]
    body = b"".join(pieces) if is_declared else iter(pieces)

    answer = site.client.post(
        f"/api/v1/samples/{sample_id}/images",
        content=body,
        headers={"Content-Type": "multipart/form-data; boundary=B"},
    )

    assert answer.status_code == 413
    assert "send the files in several smaller uploads" in answer.json()["error"]["message"].lower()


def test_a_body_that_is_no_form_is_refused_in_words(site: Site) -> None:
    sample_id = site.new_sample("broken")

    answer = site.client.post(
        f"/samples/{sample_id}/images", content=b"nonsense", headers={"Content-Type": "multipart/form-data; boundary=B"}
    )

    assert answer.status_code in {400, 422}
    assert "<h1>" in answer.text
