"""The installation as Prometheus sees it: read from the database when asked, the same from every process."""

from collections.abc import Callable, Iterable, Iterator

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.schemas.installation_figures import InstallationFigures
from app.schemas.queue import QueueState
from app.schemas.samples import ImageStatus

ReadFigures = Callable[[], InstallationFigures]
"""Asks the database."""

_OF_ALL = "Of the database, the same from every process: "
_log = structlog.get_logger("bloodcount.metrics")


class DatabaseCollector(Collector):
    """Asks the database at each scrape; where it does not answer, the process's own numbers are shown all the same."""

    def __init__(self, read_figures: ReadFigures) -> None:
        self._read_figures = read_figures

    def describe(self) -> Iterable[Metric]:
        """Nothing: without it the database would be asked when this is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The numbers of this moment."""
        try:
            figures = self._read_figures()
        except Exception:  # noqa: BLE001 - whatever the database says, a scrape must not fail as a whole
            _log.exception("figures_not_read")
            yield _gauge("database_up", "Whether the database answers this process.", 0)
            return
        yield _gauge("database_up", "Whether the database answers this process.", 1)
        images = GaugeMetricFamily("bloodcount_images", f"{_OF_ALL}images in each status.", labels=["status"])
        for status in ImageStatus:
            images.add_metric([status.value], figures.images_by_status.get(status, 0))
        yield images
        yield from _queue(figures.queue)
        yield _gauge(
            "golden_checks_failed",
            f"{_OF_ALL}counting processes whose last check of the golden fields differed from what was recorded.",
            figures.golden_checks_failed,
        )


def _queue(queue: QueueState) -> Iterator[Metric]:
    yield _gauge("queue_depth", f"{_OF_ALL}images accepted and not finished.", queue.waiting + queue.running)
    waiting = GaugeMetricFamily("bloodcount_queue_waiting", f"{_OF_ALL}images that wait.", labels=["priority"])
    for priority, number in queue.waiting_by_priority.items():
        waiting.add_metric([priority], number)
    yield waiting
    yield _gauge("queue_running", f"{_OF_ALL}images that are being counted.", queue.running)
    # Left out, not zero, where they are not defined.
    if queue.oldest_waiting_s is not None:
        yield _gauge(
            "queue_oldest_seconds", f"{_OF_ALL}age of the image that has waited longest.", queue.oldest_waiting_s
        )
    if queue.seconds_to_go is not None:
        yield _gauge("queue_seconds_to_go", f"{_OF_ALL}time until all are counted.", queue.seconds_to_go)
    yield _gauge("workers_alive", f"{_OF_ALL}processes that count.", queue.workers_alive)
    silence = GaugeMetricFamily(
        "bloodcount_worker_silence_seconds",
        f"{_OF_ALL}time since the last sign of life of each process that counts.",
        labels=["executor"],
    )
    for worker in queue.workers:
        silence.add_metric([worker.executor_id], worker.silent_s)
    yield silence


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"bloodcount_{name}", words, value=value)
