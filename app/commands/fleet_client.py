"""A client of a fleet's web servers that sends an image until one of them promises to count it."""

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from app.errors import CommandFailed

_BOUNDARY = "bloodcount-bench"
_GIVE_UP_AFTER_S = 120.0
_PAUSE_S = 0.3


class FleetClient:
    """Asks the web servers in turn; one that does not answer is left for the next."""

    def __init__(self, urls: Sequence[str], token: str) -> None:
        self._urls = list(urls)
        self._authorization = {"Authorization": f"Bearer {token}"}
        self._next = 0
        self.retries = 0

    def new_sample(self, accession_number: str) -> int:
        """Register a sample and return its number, also where the first answer was lost.

        Raises:
            CommandFailed: No server answered in time.
        """
        body = json.dumps({"accession_number": accession_number}).encode()
        answer = self._ask("/api/v1/samples", body, {"Content-Type": "application/json"}, known={409})
        if "id" in answer:
            return int(answer["id"])
        found = self._ask(f"/api/v1/samples?query={accession_number}", None, {})
        return int(found["items"][0]["id"])

    def send(self, sample_id: int, files: Sequence[tuple[str, bytes]]) -> None:
        """Send images as one upload, under one idempotency key however often it takes.

        Raises:
            CommandFailed: No server answered in time, or an image was refused.
        """
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
            + content
            + b"\r\n"
            for name, content in files
        ]
        body = b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])
        headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}", "Idempotency-Key": secrets.token_hex()}
        entries = self._ask(f"/api/v1/samples/{sample_id}/images", body, headers)["files"]
        refused = [entry for entry in entries if not entry.get("image_id")]
        if refused or len(entries) != len(files):
            raise CommandFailed(f"{len(refused)} images of an upload were not accepted, the first: {refused[:1]}")

    def _ask(self, path: str, body: bytes | None, headers: dict[str, str], *, known: set[int] = frozenset()) -> Any:  # type: ignore[assignment] # noqa: ANN401  # JSON
        deadline = time.monotonic() + _GIVE_UP_AFTER_S
        while True:
            url = self._urls[self._next % len(self._urls)] + path
            request = urllib.request.Request(url, data=body, headers=headers | self._authorization)  # noqa: S310
            try:
                with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                    return json.load(response)
            except urllib.error.HTTPError as error:
                if error.code in known:
                    return json.load(error)
                if error.code not in {500, 502, 503, 504}:
                    raise CommandFailed(f"{path} was answered {error.code}: {error.read()[:200]!r}") from error
            except (OSError, ValueError, urllib.error.URLError):
                pass  # it was killed before or in the middle of its answer
            if time.monotonic() > deadline:
                raise CommandFailed(f"no web server answered {path} within {_GIVE_UP_AFTER_S:.0f} s")
            self.retries += 1
            self._next += 1
            time.sleep(_PAUSE_S)
