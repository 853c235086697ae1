"""What Prometheus can read: requests as they end, and the state of the queue at the moment of asking."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.schemas.samples import ImageStatus

_LATENCY_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WAITING = (ImageStatus.QUEUED, ImageStatus.COUNTING)

ImagesByStatus = Callable[[], Mapping[ImageStatus, int]]
"""Asks the database how many images there are in each status."""


class _ImageCollector(Collector):
    """Reads the images' statuses from the database when Prometheus asks, so that every process tells the same."""

    def __init__(self, images_by_status: ImagesByStatus) -> None:
        self._images_by_status = images_by_status

    def collect(self) -> Iterator[GaugeMetricFamily]:
        counts = self._images_by_status()
        images = GaugeMetricFamily("bloodcount_images", "Images in each status.", labels=["status"])
        for status in ImageStatus:
            images.add_metric([status.value], counts.get(status, 0))
        yield images
        depth = sum(counts.get(status, 0) for status in _WAITING)
        yield GaugeMetricFamily("bloodcount_queue_depth", "Images accepted and not finished.", value=depth)


class RequestMetrics:
    """The measurements of one application; each has its own registry, so that two never share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self._requests = Counter("bloodcount_requests", "Requests that ended.", labels, registry=self.registry)
        self._seconds = Histogram(
            "bloodcount_request_seconds",
            "Time from the start of a request to the end of its answer.",
            ["method", "route"],
            buckets=_LATENCY_BUCKETS_SECONDS,
            registry=self.registry,
        )

    def note_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request that ended; a method made up by the sender is counted as ``other``."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def watch_images(self, images_by_status: ImagesByStatus) -> None:
        """Show the images' statuses too, asked anew each time."""
        self.registry.register(_ImageCollector(images_by_status))

    def exposition(self) -> bytes:
        """All measurements in Prometheus' text format."""
        return generate_latest(self.registry)
