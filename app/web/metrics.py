"""What Prometheus can read of a process: its requests as they end, what it refused, and what the database holds."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from app.schemas.uploads import UploadOutcome
from app.web.database_metrics import DatabaseCollector, ReadFigures

_LATENCY_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """The measurements of one application; each has its own registry, so that two never share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self._requests = Counter(
            "bloodcount_requests", "Of this process: requests that ended.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "bloodcount_request_seconds",
            "Of this process: time from the start of a request to the end of its answer.",
            ["method", "route"],
            buckets=_LATENCY_BUCKETS_SECONDS,
            registry=self.registry,
        )
        self._problems = Counter(
            "bloodcount_refusals",
            "Of this process: requests that were answered by an error, by its code.",
            ["reason"],
            registry=self.registry,
        )
        self._files = Counter(
            "bloodcount_upload_files",
            "Of this process: uploaded files that were accepted, duplicates, or refused with a code.",
            ["outcome"],
            registry=self.registry,
        )
        self._errors = Counter(
            "bloodcount_request_errors",
            "Of this process: requests that crashed, by the kind of error.",
            ["kind"],
            registry=self.registry,
        )

    def note_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request that ended; a method made up by the sender is counted as ``other``."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def note_problem(self, code: str) -> None:
        """A request was answered by an error."""
        self._problems.labels(code).inc()

    def note_file(self, outcome: UploadOutcome) -> None:
        """One uploaded file was taken in or refused."""
        self._files.labels(outcome.error.code if outcome.error else "accepted").inc()

    def note_crash(self, error: Exception) -> None:
        """A request crashed; it is told by its kind, because a message could hold anything."""
        self._errors.labels(type(error).__name__).inc()

    def watch_database(self, read_figures: ReadFigures) -> None:
        """Show what the database holds too, asked anew each time."""
        self.registry.register(DatabaseCollector(read_figures))

    def exposition(self) -> bytes:
        """All measurements in Prometheus' text format."""
        return generate_latest(self.registry)
