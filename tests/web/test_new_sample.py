"""The upload form, as a browser without a script sends it."""

import re

import pytest

from app.settings import Settings
from tests.web.image_files import png_of
from tests.web.site import Site


def test_the_first_page_has_a_form_that_needs_no_script(site: Site) -> None:
    html = site.page("/")

    assert 'method="post" action="/samples" enctype="multipart/form-data"' in html
    assert re.search(r'<input[^>]*name="accession_number"[^>]*required', html)
    assert re.search(r'<input[^>]*name="files" type="file" multiple', html)


def test_a_sent_form_registers_the_sample_and_shows_it(site: Site) -> None:
    answer = site.client.post(
        "/samples",
        data={"accession_number": " 24-1 ", "note": "second slide"},
        files=[("files", ("one.png", png_of(10))), ("files", ("two.png", png_of(20)))],
        follow_redirects=False,
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/samples/1")
    detail = site.sample(1)
    assert (detail["accession_number"], detail["note"], detail["images_total"]) == ("24-1", "second slide", 2)
    assert [image["file_name"] for image in detail["images"]] == ["one.png", "two.png"]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"accession_number": ""}, "The accession number is empty."),
        ({"accession_number": "   "}, "The accession number is empty."),
        ({}, "The accession number is empty."),
        ({"accession_number": "x" * 65}, "The accession number has 65 characters"),
        ({"accession_number": "a\x07b"}, "characters that cannot be seen"),
        ({"accession_number": "ok", "note": "n" * 2001}, "The note has 2001 characters"),
    ],
)
def test_a_field_that_cannot_be_used_is_explained_beside_it(site: Site, fields: dict[str, str], complaint: str) -> None:
    answer = site.client.post("/samples", data=fields, files={"files": ("one.png", png_of(1))})

    assert answer.status_code == 422
    assert re.search(rf'class="field-error"[^>]*>[^<]*{re.escape(complaint)}', answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert site.client.get("/api/v1/samples").json()["items"] == []


def test_what_was_typed_is_still_there_after_an_error(site: Site) -> None:
    answer = site.client.post("/samples", data={"accession_number": "24-7", "note": "kept"})

    assert 'value="24-7"' in answer.text
    assert ">kept</textarea>" in answer.text


def test_a_form_without_an_image_registers_nothing(site: Site) -> None:
    number = b'--B\r\nContent-Disposition: form-data; name="accession_number"\r\n\r\n24-8\r\n'
    # What a browser sends for a file field where nothing was chosen.
    nothing = b'--B\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n'
    for body in (number + nothing + b"--B--\r\n", number + b"--B--\r\n"):
        answer = site.client.post("/samples", content=body, headers={"Content-Type": "multipart/form-data; boundary=B"})

        assert answer.status_code == 422
        assert "No image was chosen." in answer.text
    assert site.client.get("/api/v1/samples").json()["items"] == []


def test_a_number_that_is_taken_leads_to_its_sample(site: Site) -> None:
    sample_id = site.new_sample("24-9")

    answer = site.client.post("/samples", data={"accession_number": "24-9"}, files={"files": ("a.png", png_of(1))})

    assert answer.status_code == 409
    assert f'href="/samples/{sample_id}#add-title"' in answer.text
    assert site.sample(sample_id)["images_total"] == 0


def test_a_script_registers_first_and_sends_images_afterwards(site: Site) -> None:
    headers = {"Accept": "application/json"}

    created = site.client.post("/samples", data={"accession_number": "24-10"}, headers=headers)
    taken = site.client.post("/samples", data={"accession_number": "24-10"}, headers=headers)
    sent = site.client.post("/samples/1/images", files={"files": ("a.png", png_of(1))}, headers=headers)

    assert (created.status_code, created.json()) == (201, {"id": 1, "url": "/samples/1", "files": []})
    assert (taken.status_code, taken.json()["error"]["sample_id"]) == (409, 1)
    assert (sent.status_code, sent.json()["files"][0]["image_id"]) == (202, 1)


def test_files_that_were_not_taken_in_are_listed_with_their_reasons(site: Site) -> None:
    sample_id = site.new_sample("24-11")

    answer = site.client.post(
        f"/samples/{sample_id}/images",
        files=[("files", ("good.png", png_of(1))), ("files", ("letter.txt", b"Dear colleague"))],
    )

    assert answer.status_code == 200
    assert "1 of 2 images were uploaded" in answer.text
    assert "letter.txt" in answer.text
    assert "The file is not an image" in answer.text
    assert f'href="/samples/{sample_id}"' in answer.text
    assert [image["file_name"] for image in site.sample(sample_id)["images"]] == ["good.png"]


def test_images_are_added_to_a_sample_that_exists(site: Site) -> None:
    sample_id = site.new_sample("24-12")

    added = site.client.post(
        f"/samples/{sample_id}/images", files={"files": ("a.png", png_of(1))}, follow_redirects=False
    )
    empty = site.client.post(f"/samples/{sample_id}/images", headers={"Accept": "text/html"})
    missing = site.client.post("/samples/999/images", files={"files": ("a.png", png_of(1))})

    assert (added.status_code, added.headers["location"]) == (303, f"/samples/{sample_id}")
    assert (empty.status_code, "No image was chosen." in empty.text) == (422, True)
    assert (missing.status_code, "There is no sample number 999" in missing.text) == (404, True)


@pytest.mark.parametrize(("too_many", "words"), [(1, "has 6 files and the limit is 5"), (20, "has far more files")])
def test_more_files_than_allowed_are_refused_as_a_whole(
    site: Site, settings: Settings, too_many: int, words: str
) -> None:
    number = settings.max_files_per_upload + too_many
    files = [("files", (f"{index}.png", png_of(index))) for index in range(number)]

    answer = site.client.post("/samples", data={"accession_number": "24-13"}, files=files)

    assert answer.status_code == 413
    assert words in answer.text
    assert "none was stored. Send them in several uploads." in answer.text
    # The number is still free, so the person can send fewer files under it.
    assert site.client.get("/api/v1/samples").json()["items"] == []


def test_the_example_is_one_click_and_says_that_it_is_a_drawing(site: Site) -> None:
    answer = site.client.post("/example")

    assert answer.status_code == 200
    assert answer.url.path == "/samples/1"
    assert "computer drawing of a smear, not a photograph of blood" in answer.text
    assert site.sample(1)["accession_number"].startswith("EXAMPLE-")
    picture = site.client.get("/example.jpg")
    assert (picture.headers["content-type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
