"""Measuring how long a waiting person's image waits for its counting to start while a batch is being counted."""

import io
import json
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.commands.server_benchmark import MeasuredServer, form_of, started_server
from app.errors import CommandFailed

_FORM_IMAGES = 100
_PAUSE_S = 0.37
"""Between two probes; no multiple of the queue's polls, so that the probes meet them at every moment."""

_COUNTED_WITHIN_S = 120.0
_POLL_S = 0.05
_LOOKED_AT = 50


def measure_latency(image_bytes: bytes, *, batch: int, probes: int) -> dict[str, Any]:
    """Milliseconds from an upload's row to the start of its counting, by the times that the server itself writes.

    The row's time is taken just before its commit, so the true latency is a little less.

    Raises:
        CommandFailed: The server did not start, or the batch was over before the last probe.
    """
    images = _different_images(image_bytes, batch + probes)
    with tempfile.TemporaryDirectory() as folder, started_server(Path(folder)) as server:
        sample = _new_sample(server, "BATCH")
        started = time.perf_counter()
        for first in range(0, batch, _FORM_IMAGES):
            form = form_of(images[first : min(first + _FORM_IMAGES, batch)])
            server.answer(f"/api/v1/samples/{sample}/images", *form)
        upload_s = time.perf_counter() - started
        waits_ms = []
        for number in range(probes):
            time.sleep(_PAUSE_S)
            waits_ms.append(_wait_ms(server, number, images[batch + number]))
        left = server.answer("/api/v1/queue")["waiting"]
        counted_ms = _counted_ms(server, sample)
    if not left:
        raise CommandFailed(f"the batch of {batch} was counted before the last of {probes} probes; take a larger batch")
    ordered = sorted(waits_ms)
    return {
        "batch_images": batch,
        "batch_upload_s": round(upload_s, 2),
        "batch_images_left": left,
        "counting_ms": {"median": round(statistics.median(counted_ms))},
        "probes": probes,
        "commit_to_start_ms": {
            "median": round(statistics.median(ordered)),
            "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]),
            "max": round(ordered[-1]),
        },
    }


def _wait_ms(server: MeasuredServer, number: int, image_bytes: bytes) -> float:
    sample = _new_sample(server, f"PROBE-{number}")
    # Not the API, whose uploads are batches: as a page sends it for a person who waits.
    server.answer(f"/samples/{sample}/images", *form_of([image_bytes]))
    deadline = time.monotonic() + _COUNTED_WITHIN_S
    while time.monotonic() < deadline:
        [image] = server.answer(f"/api/v1/samples/{sample}")["images"]
        if image["started_at"] is not None:
            return 1000 * (_moment(image["started_at"]) - _moment(image["queued_at"])).total_seconds()
        time.sleep(_POLL_S)
    raise CommandFailed(f"a probe's counting did not start within {_COUNTED_WITHIN_S:.0f} s")


def _counted_ms(server: MeasuredServer, sample: int) -> list[float]:
    """Milliseconds that the counter spent on each of the batch's first images: a probe waits for half of it at least.

    Raises:
        CommandFailed: None of them is counted yet.
    """
    images = server.answer(f"/api/v1/samples/{sample}")["images"]
    counted = [image["id"] for image in images if image["status"] == "counted"][:_LOOKED_AT]
    if not counted:
        raise CommandFailed("no image of the batch was counted while the probes were")
    return [server.answer(f"/api/v1/images/{number}/result")["timings_ms"]["total"] for number in counted]


def _new_sample(server: MeasuredServer, accession_number: str) -> int:
    body = json.dumps({"accession_number": accession_number}).encode()
    return int(server.answer("/api/v1/samples", body, "application/json")["id"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _different_images(image_bytes: bytes, number: int) -> list[bytes]:
    """The same picture as often as wanted, each in a file of its own: a sample takes no file twice."""
    with Image.open(io.BytesIO(image_bytes)) as opened:
        picture = opened.convert("RGB")
    files = []
    for copy in range(number):
        info, buffer = PngInfo(), io.BytesIO()
        info.add_text("Comment", str(copy))
        picture.save(buffer, "PNG", pnginfo=info, compress_level=1)
        files.append(buffer.getvalue())
    return files
