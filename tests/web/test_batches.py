"""Batches over HTTP: the tus protocol, the API, and the pages."""

import re
from base64 import b64encode
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.main import create_app
from app.settings import Settings
from tests.web.image_files import png_of
from tests.web.site import Site

PART = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}


def open_batch(site: Site, **body: str) -> int:
    answer = site.client.post("/api/v1/batches", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def announce(site: Site, batch_id: int, *files: tuple[str, int]) -> list[dict[str, Any]]:
    body = {"files": [{"path": path, "byte_size": size} for path, size in files]}
    answer = site.client.post(f"/api/v1/batches/{batch_id}/files", json=body)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["files"]
    return entries


def send_part(site: Site, address: str, offset: int, content: bytes, **headers: str) -> Response:
    return site.client.patch(address, content=content, headers=PART | {"Upload-Offset": str(offset)} | headers)


def send(site: Site, batch_id: int, path: str, content: bytes) -> None:
    (file,) = announce(site, batch_id, (path, len(content)))
    answer = send_part(site, f"/api/v1/batches/{batch_id}/files/{file['id']}", 0, content)
    assert answer.status_code == 204, answer.text


def test_the_server_says_what_it_understands_of_the_protocol(site: Site) -> None:
    answer = site.client.options(f"/api/v1/batches/{open_batch(site)}/uploads")

    assert answer.status_code == 204
    assert (answer.headers["Tus-Version"], answer.headers["Tus-Extension"]) == ("1.0.0", "creation")
    assert answer.headers["Tus-Max-Size"] == "10000000000"


def test_a_tus_client_creates_sends_breaks_off_and_resumes(site: Site) -> None:
    batch_id, content = open_batch(site), png_of(90)
    metadata = f"filename {b64encode(b'26-1/a.png').decode()},filetype {b64encode(b'image/png').decode()}"
    create = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    created = site.client.post(f"/api/v1/batches/{batch_id}/uploads", headers=create)
    again = site.client.post(f"/api/v1/batches/{batch_id}/uploads", headers=create)
    place = created.headers["Location"]

    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "0")
    assert again.headers["Location"] == place
    first = send_part(site, place, 0, content[:70])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "70")
    head = site.client.head(place)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("70", str(len(content)))
    assert head.headers["Cache-Control"] == "no-store"
    wrong = send_part(site, place, 0, content)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "upload_offset_mismatch")
    last = send_part(site, place, 70, content[70:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(content)))
    assert last.headers["Bloodcount-File-Status"] == "accepted"
    assert site.client.get(place).json()["sample_id"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/octet-stream"},
        {"Tus-Resumable": "0.2.2"},
        {"Upload-Offset": "-1"},
        {"Upload-Offset": "x"},
    ],
)
def test_a_part_that_is_not_sent_as_the_protocol_says_is_refused(site: Site, headers: dict[str, str]) -> None:
    batch_id = open_batch(site)
    (file,) = announce(site, batch_id, ("26-1/a.png", 10))

    answer = send_part(site, f"/api/v1/batches/{batch_id}/files/{file['id']}", 0, b"12345", **headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "upload_part_unreadable")


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Metadata": "filename YS5wbmc="},
        {"Upload-Length": "10", "Upload-Metadata": "filename ???"},
        {"Upload-Length": "10"},
    ],
)
def test_a_file_that_is_not_announced_as_the_protocol_says_is_refused(site: Site, headers: dict[str, str]) -> None:
    answer = site.client.post(f"/api/v1/batches/{open_batch(site)}/uploads", headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "upload_part_unreadable")


def test_a_file_that_is_refused_at_once_gets_no_place_to_be_sent_to(site: Site) -> None:
    headers = {"Upload-Length": "10", "Upload-Metadata": f"filename {b64encode(b'a.png').decode()}"}

    answer = site.client.post(f"/api/v1/batches/{open_batch(site)}/uploads", headers=headers)

    assert answer.status_code == 422
    assert "which sample" in answer.json()["error"]["message"]


def test_more_bytes_than_were_announced_are_refused_and_nothing_of_them_kept(site: Site) -> None:
    batch_id = open_batch(site)
    (file,) = announce(site, batch_id, ("26-1/a.png", 10))
    place = f"/api/v1/batches/{batch_id}/files/{file['id']}"

    answer = send_part(site, place, 0, b"12345678901")

    assert answer.status_code == 413
    assert site.client.head(place).headers["Upload-Offset"] == "0"


def test_what_does_not_exist_is_told(site: Site) -> None:
    batch_id = open_batch(site)

    assert site.client.get("/api/v1/batches/99").json()["error"]["code"] == "batch_not_found"
    assert site.client.head(f"/api/v1/batches/{batch_id}/files/99").status_code == 404
    answer = send_part(site, f"/api/v1/batches/{batch_id}/files/99", 0, b"1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "batch_file_not_found")


def test_a_batch_needs_a_token_or_a_session(settings: Settings) -> None:
    with TestClient(create_app(settings, counting=False)) as client:
        assert client.post("/api/v1/batches", json={}).status_code == 401
        assert client.patch("/api/v1/batches/1/files/1", content=b"", headers=PART).status_code == 401


def test_another_site_cannot_send_to_a_batch(site: Site) -> None:
    answer = site.client.post("/sending/batches", json={}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_a_key_makes_one_batch_and_a_list_shows_it(site: Site) -> None:
    for _ in range(2):
        site.client.post("/api/v1/batches", json={"name": "Night  shift"}, headers={"Idempotency-Key": "one"})
    open_batch(site, name="other")

    page = site.client.get("/api/v1/batches", params={"limit": 1}).json()
    rest = site.client.get("/api/v1/batches", params={"limit": 1, "after": page["next_cursor"]}).json()

    assert [batch["name"] for batch in (*page["items"], *rest["items"])] == ["other", "Night shift"]
    assert rest["next_cursor"] is None


def test_grouping_can_be_seen_before_anything_is_sent(site: Site) -> None:
    body = {
        "paths": ["26-1_a.png", "b.png"],
        "rule": {"by": "before_last"},
        "manifest": "file;sample\nb.png;26-9\n;26-8",
    }

    refused = site.client.post("/api/v1/batches/preview", json=body)
    answer = site.client.post("/api/v1/batches/preview", json=body | {"manifest": "file;sample\nb.png;26-9\nc.png;1"})

    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "manifest")
    assert [file["accession_number"] for file in answer.json()["files"]] == ["26-1", "26-9"]
    assert answer.json()["rows_without_file"][0]["line"] == 3
    assert answer.json()["files_without_row"] == ["26-1_a.png"]


def test_what_a_manifest_tells_of_samples_can_be_seen_before_anything_is_sent(site: Site) -> None:
    body = {"paths": ["b.png"], "manifest": "file;sample;patient code;age;profile\nb.png;26-9;P-1;34;40x"}

    refused = site.client.post("/api/v1/batches/preview", json=body)
    answer = site.client.post("/api/v1/batches/preview", json=body | {"manifest": body["manifest"][:-3]})

    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "manifest")
    assert "'40x' is no acquisition profile in use" in refused.json()["error"]["message"]
    (sample,) = answer.json()["samples"]
    assert (sample["accession_number"], sample["acquisition_profile"]) == ("26-9", None)
    assert (sample["details"]["patient_code"], sample["details"]["age_unit"]) == ("P-1", "years")


def test_an_incomplete_batch_says_how_much_is_missing(site: Site) -> None:
    batch_id = open_batch(site)
    announce(site, batch_id, ("26-1/a.png", 10))

    refused = site.client.post(f"/api/v1/batches/{batch_id}/complete")
    done = site.client.post(f"/api/v1/batches/{batch_id}/complete", json={"leave_out_missing": True})

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "batch_incomplete")
    assert done.json()["status"] == "attention"


def test_the_batch_page_shows_overall_sample_and_file_and_updates_only_what_changed(site: Site) -> None:
    batch_id = open_batch(site, name="Night <b>")
    send(site, batch_id, "26-1/a.png", png_of(100))
    send(site, batch_id, "26-2/bad.png", b"no image")

    page = site.page(f"/batches/{batch_id}")
    files = site.page(f"/batches/{batch_id}?view=files")
    seen = site.client.get(f"/batches/{batch_id}/fragments", headers={"Accept": "application/json"}).json()

    assert "Night &lt;b&gt;" in page
    assert 'href="/samples/1"' in page
    assert "The file is not an image" in page
    assert "26-2/bad.png" in files
    assert f"/batches/{batch_id}/send" in page
    names = [fragment["name"] for fragment in seen["fragments"]]
    assert names == ["summary", "actions", "sample-1", "sample-2"]
    send(site, batch_id, "26-2/b.png", png_of(101))
    shown = re.findall(r'data-fragment="([^"]+)" data-version="([^"]+)"', page)
    versions = ",".join(f"{name}:{version}" for name, version in shown)
    update = site.client.get(f"/batches/{batch_id}/fragments", params={"seen": versions}).json()
    assert [fragment["name"] for fragment in update["fragments"]] == ["summary", "sample-2"]
    assert update["is_done"] is False


def test_the_list_and_the_form_are_pages(site: Site) -> None:
    assert "No batches yet" in site.page("/batches")
    assert "Choose a folder" in site.page("/batches/new")
    batch_id = open_batch(site)
    assert f"/batches/{batch_id}" in site.page("/batches")
    assert "Go on sending" in site.page(f"/batches/{batch_id}/send")
    assert site.client.get("/batches/99/events").status_code == 404
