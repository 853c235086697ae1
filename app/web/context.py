"""What one running application holds: its settings, database, image store and counting engine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi import FastAPI

from app.db.session import Database
from app.schemas.delta_checks import DeltaRules
from app.schemas.grading import GradingScheme
from app.services.accounts.provider_memory import ProviderMemory
from app.services.queue.job_queue import JobQueue
from app.settings import Settings
from app.storage import ImageStore
from app.web.live_board import LiveBoard
from app.web.metrics import RequestMetrics


class CountingEngine(JobQueue, Protocol):
    """The durable queue together with the network that works on it, as far as the web needs to know them."""

    def start(self, *, count: bool) -> None:
        """Open the queue and, to count here, load the weights and begin.

        Raises:
            WeightsUnavailable: The weights are missing, damaged, or made for another network.
        """
        ...

    def stop(self) -> None:
        """Finish what is being counted and stop; other images stay in the queue."""
        ...

    def is_counting(self) -> bool:
        """Whether this process counts images now."""
        ...


EngineFactory = Callable[[Settings, Database, ImageStore, RequestMetrics], CountingEngine]
"""Builds the counting engine; the jobs lie above the web, so the application hands it in."""


@dataclass(frozen=True, slots=True)
class AppContext:
    """The parts that requests need, built once when the application starts.

    ``counts_here`` is False where counting is left to workers; without a ``grading_scheme`` nothing is graded, without
    ``delta_rules`` no change is judged.
    """

    settings: Settings
    database: Database
    store: ImageStore
    engine: CountingEngine
    counts_here: bool
    grading_scheme: GradingScheme | None
    delta_rules: DeltaRules | None
    live: LiveBoard
    metrics: RequestMetrics
    provider_memory: ProviderMemory


def context_of(app: FastAPI) -> AppContext:
    """The context of a started application."""
    context: AppContext = app.state.context
    return context
