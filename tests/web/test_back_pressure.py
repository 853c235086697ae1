"""What has no room is refused before it is read, in words with the next step, and what was accepted stays accepted."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.services.images.decoding.reader import ImageReader
from app.settings import Settings
from model.preprocessing import ImageInspection
from tests.signing_in import sign_in
from tests.web.image_files import png_of
from tests.web.site import Site

SMALL_DISK_BYTES = 8_000_000


@contextmanager
def site_with(folder: Path, **values: object) -> Iterator[Site]:
    """An application without workers, with these settings."""
    settings = Settings(data_dir=folder, **values)  # type: ignore[arg-type]
    with TestClient(create_app(settings, counting=False)) as client:
        yield Site(sign_in(client))


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Callable[[int], None]]]:
    """A folder on a disk of 8 MB, and what leaves only so many bytes free on it.

    A real file system where this machine lets us mount one; elsewhere the system's answer is made up.
    """
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode == 0:

        def fill(free_bytes: int) -> None:
            ballast = folder / "ballast"
            ballast.unlink(missing_ok=True)
            ballast.write_bytes(bytes(shutil.disk_usage(folder).free - free_bytes))

        yield folder, fill
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607
        return
    real, free = shutil.disk_usage, [SMALL_DISK_BYTES]
    monkeypatch.setattr("app.storage.free_space.shutil.disk_usage", lambda path: real(path)._replace(free=free[0]))
    yield folder, lambda free_bytes: free.__setitem__(0, free_bytes)


def test_a_full_queue_refuses_in_words_and_takes_again_once_there_is_room(tmp_path: Path) -> None:
    with site_with(tmp_path, max_waiting_images=2) as site:
        sample_id = site.new_sample("full-1")
        accepted = site.upload(sample_id, ("a.png", png_of(1)), ("b.png", png_of(2)))

        answer = site.try_upload(sample_id, ("c.png", png_of(3)))

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        error = answer.json()["error"]
        assert (error["code"], error["retry_after_s"]) == ("queue_full", 30)
        assert "2 images wait to be counted and the limit is 2" in error["message"]
        assert "Upload again in a while" in error["message"]
        assert [image["id"] for image in site.sample(sample_id)["images"]] == [entry["image_id"] for entry in accepted]

        site.client.post(f"/api/v1/images/{accepted[0]['image_id']}/cancel")
        assert site.upload(sample_id, ("c.png", png_of(3)))[0]["image_id"] is not None


def test_without_a_limit_the_queue_is_never_full(tmp_path: Path) -> None:
    with site_with(tmp_path, max_waiting_images=0) as site:
        sample_id = site.new_sample("full-2")
        for shade in range(3):
            site.upload(sample_id, (f"{shade}.png", png_of(shade)))

        assert site.sample(sample_id)["images_total"] == 3


def test_a_page_without_a_script_gets_the_words_too(tmp_path: Path) -> None:
    with site_with(tmp_path, max_waiting_images=1) as site:
        site.upload(site.new_sample("full-3"), ("a.png", png_of(1)))

        answer = site.client.post(
            "/samples",
            data={"accession_number": "full-4"},
            files={"files": ("b.png", png_of(2))},
            headers={"Accept": "text/html"},
        )

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "the limit is 1" in answer.text
        assert "go back to the form and send it again" in answer.text
        assert site.client.get("/api/v1/samples?query=full-4").json()["items"] == []


def test_what_is_no_upload_passes_a_full_queue(tmp_path: Path) -> None:
    with site_with(tmp_path, max_waiting_images=1) as site:
        sample_id = site.new_sample("full-5")
        [entry] = site.upload(sample_id, ("a.png", png_of(1)))

        assert site.client.post("/api/v1/samples", json={"accession_number": "full-6"}).status_code == 201
        assert site.client.post(f"/images/{entry['image_id']}/cancel", data={"back": "queue"}).status_code == 200


def test_a_nearly_full_disk_is_refused_before_and_not_after(
    small_disk: tuple[Path, Callable[[int], None]],
) -> None:
    folder, fill = small_disk
    with site_with(folder, min_free_bytes=2_000_000) as site:
        sample_id = site.new_sample("disk-1")
        site.upload(sample_id, ("a.png", png_of(1)))
        before = {path for path in (folder / "images").rglob("*") if path.is_file()}
        fill(1_500_000)

        answer = site.try_upload(sample_id, ("b.png", png_of(2)))

        assert (answer.status_code, answer.headers["retry-after"]) == (507, "60")
        error = answer.json()["error"]
        assert error["code"] == "storage_nearly_full"
        assert "free some space on the server and upload again" in error["message"]
        assert {path for path in (folder / "images").rglob("*") if path.is_file()} == before
        assert site.sample(sample_id)["images_total"] == 1
        assert site.client.get("/readyz").status_code == 200

        fill(4_000_000)
        assert site.upload(sample_id, ("b.png", png_of(2)))[0]["image_id"] is not None


def test_an_upload_that_would_fill_the_disk_is_refused_by_what_it_says_of_its_size(
    small_disk: tuple[Path, Callable[[int], None]],
) -> None:
    folder, fill = small_disk
    with site_with(folder, min_free_bytes=1_000_000) as site:
        sample_id = site.new_sample("disk-2")
        fill(3_000_000)

        assert site.try_upload(sample_id, ("large.png", png_of(1) + bytes(2_500_000))).status_code == 507
        assert site.try_upload(sample_id, ("small.png", png_of(1))).status_code == 202


def test_more_uploads_at_once_than_allowed_wait_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first upload is held up inside, while its image is looked at."""
    is_inside, may_go_on = threading.Event(), threading.Event()

    inspect = ImageReader.inspect

    def inspect_slowly(*given: Any) -> ImageInspection:  # noqa: ANN401
        is_inside.set()
        may_go_on.wait(60)
        return inspect(*given)

    monkeypatch.setattr(ImageReader, "inspect", inspect_slowly)
    with site_with(tmp_path, max_uploads_at_once=1) as site:
        sample_id = site.new_sample("many-1")
        answers: list[int] = []
        uploading = threading.Thread(
            target=lambda: answers.append(site.try_upload(sample_id, ("a.png", png_of(1))).status_code)
        )
        uploading.start()
        assert is_inside.wait(60)
        second = site.try_upload(sample_id, ("b.png", png_of(2)))
        may_go_on.set()
        uploading.join(60)

        assert second.json()["error"]["code"] == "too_many_uploads"
        assert (second.status_code, second.headers["retry-after"]) == (503, "3")
        assert "as this server takes at once (1)" in second.json()["error"]["message"]
        assert answers == [202]
        assert site.upload(sample_id, ("c.png", png_of(3)))[0]["image_id"] is not None


def test_refusals_are_counted_by_their_reason(tmp_path: Path) -> None:
    with site_with(tmp_path, max_waiting_images=1) as site:
        sample_id = site.new_sample("full-7")
        site.upload(sample_id, ("a.png", png_of(1)), ("a.txt", b"no image"))
        site.try_upload(sample_id, ("b.png", png_of(2)))

        metrics = site.client.get("/metrics").text

        assert 'bloodcount_refusals_total{reason="queue_full"} 1.0' in metrics
        assert 'bloodcount_upload_files_total{outcome="accepted"} 1.0' in metrics
        assert 'bloodcount_upload_files_total{outcome="not_an_image"} 1.0' in metrics
