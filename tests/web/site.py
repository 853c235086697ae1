"""The application as a visitor sees it, with the few steps that most tests begin with."""

import time
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.web.image_files import png_of

FINISHED = {"ready", "attention"}
_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """A running application."""

    client: TestClient

    def new_sample(self, accession_number: str) -> int:
        """Register a sample over the API and return its number."""
        answer = self.client.post("/api/v1/samples", json={"accession_number": accession_number})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def upload(self, sample_id: int, *files: tuple[str, bytes], key: str | None = None) -> list[dict[str, Any]]:
        """Send files over the API and return the entries of the answer."""
        answer = self.try_upload(sample_id, *files, key=key)
        assert answer.status_code == 202, answer.text
        entries: list[dict[str, Any]] = answer.json()["files"]
        return entries

    def try_upload(self, sample_id: int, *files: tuple[str, bytes], key: str | None = None) -> Response:
        """Send files over the API, whatever comes back."""
        headers = {"Idempotency-Key": key} if key is not None else {}
        parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
        return self.client.post(f"/api/v1/samples/{sample_id}/images", files=parts, headers=headers)

    def sample(self, sample_id: int) -> dict[str, Any]:
        """The sample as the API gives it."""
        detail: dict[str, Any] = self.client.get(f"/api/v1/samples/{sample_id}").json()
        return detail

    def finished_sample(self, sample_id: int) -> dict[str, Any]:
        """The sample once none of its images is waiting any more."""
        deadline = time.monotonic() + _DEADLINE_S
        while time.monotonic() < deadline:
            detail = self.sample(sample_id)
            if detail["status"] in FINISHED:
                return detail
            time.sleep(0.03)
        raise AssertionError(f"sample {sample_id} is still {self.sample(sample_id)['status']} after {_DEADLINE_S} s")

    def counted_sample(self, accession_number: str, *files: tuple[str, bytes]) -> dict[str, Any]:
        """A sample with these images (one plain one where none is given), all of them finished."""
        sample_id = self.new_sample(accession_number)
        self.upload(sample_id, *(files or (("field.png", png_of(180)),)))
        return self.finished_sample(sample_id)

    def page(self, address: str, *, status: int = 200) -> str:
        """The HTML of a page that answers with this status."""
        answer = self.client.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == status, answer.text
        return answer.text
