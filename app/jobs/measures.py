"""What a counting process measures of itself, for Prometheus and for those who wait: all of it is this process's own.

A process shows what it measured at its own ``/metrics``; what concerns all of them, such as the queue's depth, is read
from the database when asked (``app.web.metrics``).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

from app.jobs.throughput import ThroughputMeter
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus
from app.schemas.uploads import priority_name
from model.types import Notice

_STAGE_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_WAIT_BUCKETS_S = (0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)
_WHOLE = "total"


class JobMeasures:
    """The measurements of one counting process, in the registry that it shows."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Begin at zero; without a ``registry`` in one that nobody asks."""
        registry = registry or CollectorRegistry()
        self.throughput = ThroughputMeter()
        self._stages = Histogram(
            "bloodcount_stage_seconds",
            "Of this process: time of one image in each stage of counting, such as decode, network, storage, database.",
            ["stage"],
            buckets=_STAGE_BUCKETS_S,
            registry=registry,
        )
        self._waits = Histogram(
            "bloodcount_start_wait_seconds",
            "Of this process: time from an image's place in the queue to the start of its counting.",
            ["priority"],
            buckets=_WAIT_BUCKETS_S,
            registry=registry,
        )
        self._finished = Counter(
            "bloodcount_images_finished",
            "Of this process: images that it finished, and with a reason those without counts.",
            ["status", "reason"],
            registry=registry,
        )
        self._errors = Counter(
            "bloodcount_count_errors", "Of this process: tries to count that raised.", ["kind"], registry=registry
        )
        self._taken_over = Counter(
            "bloodcount_jobs_taken_over",
            "Of this process: jobs of dead processes that it put back into the queue.",
            registry=registry,
        )

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """An image is in hand for the block; what counts towards the throughput is told by ``note_record``."""
        self.throughput.begin()
        try:
            yield
        finally:
            self.throughput.end()

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Measure the block as a part of one image's stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._stages.labels(stage).observe(time.perf_counter() - started)

    def note_wait(self, seconds: float, priority: int) -> None:
        """An image's counting began so long after it was queued, by this process's clock and the one that queued it."""
        self._waits.labels(priority_name(priority)).observe(max(0.0, seconds))

    def note_record(self, record: ResultRecord) -> None:
        """An image got its result here."""
        self.throughput.note_finished()
        for stage, milliseconds in record.timings_ms.items():
            if stage != _WHOLE:
                self._stages.labels(stage).observe(milliseconds / 1000)
        self.note_outcome(ImageStatus(record.status), record.reason)

    def note_outcome(self, status: ImageStatus, reason: Notice | None) -> None:
        """An image was finished here, with counts or with a reason for none."""
        self._finished.labels(status.value, reason.code if reason else "").inc()

    def note_error(self, error: Exception) -> None:
        """A try to count raised; it is told by its kind, because a message could hold anything."""
        self._errors.labels(type(error).__name__).inc()

    def note_taken_over(self, jobs: int) -> None:
        """Jobs of dead processes were put back into the queue."""
        self._taken_over.inc(jobs)
