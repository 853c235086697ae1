"""A stop in good order: running counts and event streams end, uploads finish or leave nothing, within a limit."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.serving import TEST_COOKIE, let_test_session_in
from tests.sample_images import image_bytes

ROOT = Path(__file__).parents[3]
_SERVE = """
import sys
from app import main
from app.commands.serve import serve
from tests.web.counters import KnowingCounter
slow = lambda _: KnowingCounter(delay_s=1.0)
real = main.create_app
main.create_app = lambda settings, **given: real(settings, counter_factory=slow, **given)
serve(host="127.0.0.1", port=0, no_counting=False)
"""
_WORKER = """
from app import main
from app.commands.worker import worker
from tests.web.counters import KnowingCounter
real = main.build_engine
main.build_engine = lambda *given, **_: real(*given, counter_factory=lambda _: KnowingCounter())
worker()
"""
_LIMIT_S = 60.0
_HEADERS = f"Host: 127.0.0.1\r\nCookie: {TEST_COOKIE}\r\n"


@contextmanager
def process(code: str, folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A process that runs this code, with its log; killed at the end if it is still there."""
    log = folder / "process.log"
    environment = os.environ | {"BLOODCOUNT_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    environment |= {f"BLOODCOUNT_{name}": value for name, value in settings.items()}
    with log.open("wb") as stream:
        started = subprocess.Popen([sys.executable, "-c", code], cwd=folder, env=environment, stderr=stream)
    try:
        yield started, log
    finally:
        started.kill()
        started.wait()


def waited_for(log: Path, words: str) -> str:
    """The rest of the log's line after these words, once it is written."""
    deadline = time.monotonic() + _LIMIT_S
    while words not in (text := log.read_text()):
        assert time.monotonic() < deadline, text
        time.sleep(0.05)
    return text.partition(words)[2].splitlines()[0].strip()


def answer(url: str, body: bytes | None = None, content_type: str = "application/json") -> Any:  # noqa: ANN401
    request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type, "Cookie": TEST_COOKIE})  # noqa: S310
    with urllib.request.urlopen(request, timeout=_LIMIT_S) as response:  # noqa: S310
        return json.load(response)


def answered(url: str) -> Any:  # noqa: ANN401
    """The answer, once there is somebody who answers."""
    deadline = time.monotonic() + _LIMIT_S
    while time.monotonic() < deadline:
        try:
            return answer(url)
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {url}")


def connected(url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def form(content: bytes, name: str = "a.png") -> tuple[bytes, str]:
    head = f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
    return head + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


@pytest.mark.slow
def test_a_server_that_is_told_to_stop_ends_everything_in_good_order(tmp_path: Path) -> None:
    with ExitStack() as connections:
        server, log = connections.enter_context(process(_SERVE, tmp_path, LOG_FORMAT="json", STOP_SECONDS="8"))
        url = waited_for(log, "is ready: ")
        let_test_session_in(tmp_path / "data")
        sample = answer(f"{url}/api/v1/samples", b'{"accession_number": "stop-1"}')["id"]
        address = f"{url}/api/v1/samples/{sample}/images"
        for seed in range(4):
            answer(address, *form(image_bytes(seed)))
        streaming = connections.enter_context(connected(url))
        streaming.sendall(f"GET /samples/{sample}/events HTTP/1.1\r\n{_HEADERS}\r\n".encode())
        assert b"text/event-stream" in streaming.recv(4096)
        uploading = connections.enter_context(connected(url))
        body, content_type = form(image_bytes(9))
        head = f"POST /api/v1/samples/{sample}/images HTTP/1.1\r\n{_HEADERS}Content-Type: {content_type}\r\n"
        uploading.sendall(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
        time.sleep(0.3)

        told_at = time.monotonic()
        server.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        uploading.sendall(body[len(body) // 2 :])
        taken = uploading.recv(4096)
        while streaming.recv(65536):
            pass  # the stream ends by itself
        stream_ended_s = time.monotonic() - told_at
        server.wait(_LIMIT_S)

    assert b" 202 " in taken.partition(b"\r\n")[0], "an upload under way is finished"
    assert stream_ended_s < 4
    assert time.monotonic() - told_at < 20
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    finished = [line["image_id"] for line in lines if line["event"] == "image_finished"]
    assert [line["unfinished"] for line in lines if line["event"] == "counting_stopped"] == [0]
    assert 1 <= len(finished) < 5

    with process(_SERVE, tmp_path) as (_, log):
        url = waited_for(log, "is ready: ")
        images = answer(f"{url}/api/v1/samples/{sample}")["images"]
        assert len(images) == 5
        assert {image["status"] for image in images} <= {"queued", "counting", "counted"}
        assert [image["id"] for image in images if image["id"] in finished] == sorted(finished)


@pytest.mark.slow
def test_an_upload_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    with ExitStack() as connections:
        server, log = connections.enter_context(process(_SERVE, tmp_path, STOP_SECONDS="1"))
        url = waited_for(log, "is ready: ")
        let_test_session_in(tmp_path / "data")
        sample = answer(f"{url}/api/v1/samples", b'{"accession_number": "stop-2"}')["id"]
        uploading = connections.enter_context(connected(url))
        body, content_type = form(image_bytes(9))
        head = f"POST /api/v1/samples/{sample}/images HTTP/1.1\r\n{_HEADERS}Content-Type: {content_type}\r\n"
        uploading.sendall(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
        time.sleep(0.3)
        server.send_signal(signal.SIGTERM)
        server.wait(_LIMIT_S)

    assert [path for path in (tmp_path / "data" / "images").rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_worker_tells_its_health_and_what_it_measured(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with process(_WORKER, tmp_path, WORKER_PORT=str(port)) as (worker, log):
        waited_for(log, "is counting queued images")
        url = f"http://127.0.0.1:{port}"
        health = answered(f"{url}/healthz")
        ready = answer(f"{url}/readyz")
        with urllib.request.urlopen(f"{url}/metrics", timeout=_LIMIT_S) as response:  # noqa: S310
            metrics = response.read().decode()
        worker.send_signal(signal.SIGTERM)
        status = worker.wait(_LIMIT_S)

    assert health == {"status": "alive"}
    assert ready["checks"] == {"database": "ok", "storage": "ok", "weights": "ok"}
    assert "bloodcount_workers_alive 1.0" in metrics
    assert "bloodcount_jobs_taken_over_total 0.0" in metrics
    assert status == 0
