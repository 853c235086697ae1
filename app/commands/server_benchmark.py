"""Measuring a server started for the purpose: start, memory, and upload to counts."""

import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import CommandFailed

_READY_WITHIN_S = 120.0
_COUNTED_WITHIN_S = 60.0
_POLL_S = 0.01
_IDLE_S = 3.0
_BOUNDARY = "bloodcount-bench"
_ACCOUNT = "bench"
_START = "from app.cli import main; main()"


def measure_server(image_bytes: bytes, uploads: int) -> dict[str, Any]:
    """Seconds from start to ready, resident memory when idle, seconds from upload to result.

    Raises:
        CommandFailed: The server did not start, or an image was not counted in time.
    """
    with tempfile.TemporaryDirectory() as folder, started_server(Path(folder)) as server:
        time.sleep(_IDLE_S)
        idle_mb = resident_mb(server.pid)
        seconds = [_upload_and_wait(server, image_bytes, number) for number in range(uploads)]
        return {
            "start_to_ready_s": round(server.ready_s, 2),
            "idle_resident_mb": round(idle_mb),
            "after_uploads_resident_mb": round(resident_mb(server.pid)),
            "upload_to_result_s": {"median": round(statistics.median(seconds), 3), "max": round(max(seconds), 3)},
        }


@dataclass(frozen=True, slots=True)
class MeasuredServer:
    """A server started for the purpose, with somebody signed in; ``ready_s`` is how long its start took."""

    pid: int
    address: str
    ready_s: float
    opener: urllib.request.OpenerDirector

    def answer(self, path: str, body: bytes | None = None, content_type: str = "") -> dict[str, Any]:
        """Its JSON answer."""
        headers = {"Accept": "application/json"} | ({"Content-Type": content_type} if body else {})
        request = urllib.request.Request(self.address + path, data=body, headers=headers)  # noqa: S310 - it was started here
        with self.opener.open(request, timeout=_COUNTED_WITHIN_S) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def sign_in(self, password: str) -> None:
        """Sign in to the account that was made beforehand."""
        form = urllib.parse.urlencode({"name": _ACCOUNT, "password": password, "next": "/healthz"}).encode()
        self.answer("/login", form, "application/x-www-form-urlencoded")


@contextmanager
def started_server(folder: Path) -> Iterator[MeasuredServer]:
    """A server on a free port with an empty data folder, ended afterwards."""
    # Every address is given, whatever the installation's own are: nothing measured here may end up among its samples.
    environment = os.environ | {
        "BLOODCOUNT_DATA_DIR": str(folder),
        "BLOODCOUNT_DATABASE_URL": f"sqlite:///{folder}/bloodcount.db",
        "BLOODCOUNT_STORAGE_URL": f"file://{folder}/images",
    }
    password = _make_account(environment)
    command = [sys.executable, "-c", _START, "serve", "--host", "127.0.0.1", "--port", "0"]
    log = folder / "server.log"
    started = time.perf_counter()
    # Into a file: the server would stop at a pipe that is full of its log and read by nobody.
    with log.open("wb") as errors:
        process = subprocess.Popen(command, env=environment, stderr=errors)  # noqa: S603
    try:
        address = _address(process, log)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        server = MeasuredServer(process.pid, address, time.perf_counter() - started, opener)
        server.sign_in(password)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _make_account(environment: dict[str, str]) -> str:
    """Make an account and give its password.

    Raises:
        CommandFailed: The settings do not let any command run.
    """
    password = secrets.token_urlsafe()
    command = [sys.executable, "-c", _START, "user", "add", _ACCOUNT, "--role", "technician", "--password-stdin"]
    made = subprocess.run(command, env=environment, input=password, capture_output=True, check=False, text=True)  # noqa: S603
    if made.returncode:
        raise CommandFailed(f"the server did not get ready; it said: {' '.join(made.stderr.splitlines()[-5:])}")
    return password


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        has_ended = process.poll() is not None
        if found := re.search(r"is ready: (http://\S+)", log.read_text()):
            return found[1]
        if has_ended:
            break
        time.sleep(_POLL_S)
    said = " ".join(log.read_text().splitlines()[-5:])
    raise CommandFailed(f"the server did not get ready; it said: {said or 'nothing'}")


def _upload_and_wait(server: MeasuredServer, image_bytes: bytes, number: int) -> float:
    body = json.dumps({"accession_number": f"BENCH-{number}"}).encode()
    sample = server.answer("/api/v1/samples", body, "application/json")["id"]
    started = time.perf_counter()
    entries = server.answer(f"/api/v1/samples/{sample}/images", *form_of([image_bytes]))["files"]
    while server.answer(f"/api/v1/samples/{sample}")["status"] != "ready":
        if time.perf_counter() - started > _COUNTED_WITHIN_S:
            raise CommandFailed(f"image {entries[0]['image_id']} was not counted within {_COUNTED_WITHIN_S:.0f} s")
        time.sleep(_POLL_S)
    return time.perf_counter() - started


def form_of(images: Sequence[bytes]) -> tuple[bytes, str]:
    """Images as a form sends them: its body and its content type."""
    parts = []
    for number, image_bytes in enumerate(images):
        head = f'Content-Disposition: form-data; name="files"; filename="field-{number}.png"'
        parts.append(f"--{_BOUNDARY}\r\n{head}\r\n\r\n".encode() + image_bytes + b"\r\n")
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={_BOUNDARY}"


def resident_mb(pid: int) -> float:
    """Resident memory of a process in megabytes, as Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(status.split("VmRSS:")[1].split()[0])
    return kilobytes * 1024 / 1e6
