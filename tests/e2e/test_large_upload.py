"""A file far over the limit is refused in words and never held in memory."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.e2e.serving import TEST_SESSION, Server
from tests.signing_in import SESSION_COOKIE

_PIECE = b"\0" * 1_000_000
_PIECES = 200
_MORE_MEMORY_MB = 80.0
_HEAD = b'--B\r\nContent-Disposition: form-data; name="files"; filename="huge.png"\r\n\r\n\x89PNG\r\n\x1a\n'
_SIGNED_IN = {"Cookie": f"{SESSION_COOKIE}={TEST_SESSION}"}
_TAIL = b"\r\n--B--\r\n"


def _body() -> Iterator[bytes]:
    yield _HEAD
    for _ in range(_PIECES):
        yield _PIECE
    yield _TAIL


@pytest.mark.slow
def test_a_file_of_200_mb_is_refused_without_holding_it_in_memory(slow_server: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(slow_server.url).netloc, timeout=60)
    connection.request(
        "POST", "/api/v1/samples", '{"accession_number": "HUGE"}', _SIGNED_IN | {"Content-Type": "application/json"}
    )
    sample_id = json.loads(connection.getresponse().read())["id"]
    before_mb = slow_server.largest_memory_mb()

    connection.request(
        "POST",
        f"/api/v1/samples/{sample_id}/images",
        _body(),
        _SIGNED_IN
        | {
            "Content-Type": "multipart/form-data; boundary=B",
            "Content-Length": str(len(_HEAD) + _PIECES * len(_PIECE) + len(_TAIL)),
        },
    )
    (entry,) = json.loads(connection.getresponse().read())["files"]
    connection.close()

    assert (entry["image_id"], entry["error"]["code"]) == (None, "too_large_file")
    assert "200.0 MB" in entry["error"]["message"] or "150.0 MB" in entry["error"]["message"]
    assert slow_server.largest_memory_mb() - before_mb < _MORE_MEMORY_MB
