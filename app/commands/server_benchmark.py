"""Measuring a server started for the purpose: start, memory, and upload to counts."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from app.errors import CommandFailed

_READY_WITHIN_S = 120.0
_COUNTED_WITHIN_S = 60.0
_POLL_S = 0.01
_IDLE_S = 3.0


def measure_server(image_bytes: bytes, uploads: int) -> dict[str, Any]:
    """Seconds from start to ready, resident memory when idle, seconds from upload to result.

    Raises:
        CommandFailed: The server did not start, or an image was not counted in time.
    """
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with _server(Path(folder)) as (process, address):
            ready_s = time.perf_counter() - started
            time.sleep(_IDLE_S)
            idle_mb = _resident_mb(process.pid)
            with httpx2.Client(base_url=address, timeout=_COUNTED_WITHIN_S) as client:
                seconds = [_upload_and_wait(client, image_bytes, number) for number in range(uploads)]
            return {
                "start_to_ready_s": round(ready_s, 2),
                "idle_resident_mb": round(idle_mb),
                "after_uploads_resident_mb": round(_resident_mb(process.pid)),
                "upload_to_result_s": {"median": round(statistics.median(seconds), 3), "max": round(max(seconds), 3)},
            }


@contextmanager
def _server(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port with an empty data folder, ended afterwards."""
    environment = os.environ | {"BLOODCOUNT_DATA_DIR": str(folder), "BLOODCOUNT_DATABASE_URL": ""}
    environment = {name: value for name, value in environment.items() if value}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
    try:
        yield process, _address(process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _address(process: subprocess.Popen[str]) -> str:
    lines = []
    deadline = time.monotonic() + _READY_WITHIN_S
    for line in process.stderr or ():
        lines.append(line)
        found = re.search(r"is ready: (http://\S+)", line)
        if found:
            return found.group(1)
        if time.monotonic() > deadline:
            break
    raise CommandFailed(f"the server did not get ready; it said: {''.join(lines[-5:]).strip() or 'nothing'}")


def _upload_and_wait(client: httpx2.Client, image_bytes: bytes, number: int) -> float:
    sample = client.post("/api/v1/samples", json={"accession_number": f"BENCH-{number}"}).json()["id"]
    started = time.perf_counter()
    answer = client.post(f"/api/v1/samples/{sample}/images", files={"files": ("field.png", image_bytes)})
    image_id = answer.json()[0]["image_id"]
    while client.get(f"/api/v1/images/{image_id}/result").status_code != httpx2.codes.OK:
        if time.perf_counter() - started > _COUNTED_WITHIN_S:
            raise CommandFailed(f"image {image_id} was not counted within {_COUNTED_WITHIN_S:.0f} s")
        time.sleep(_POLL_S)
    return time.perf_counter() - started


def _resident_mb(pid: int) -> float:
    """Resident memory of a process in megabytes, as Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(status.split("VmRSS:")[1].split()[0])
    return kilobytes * 1024 / 1e6
