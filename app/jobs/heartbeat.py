"""Signs of life, so that the jobs of a dead process are known and taken over."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db.clock import database_now
from app.db.records import ExecutorHeartbeatRecord
from app.db.session import UnitOfWorkFactory

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a counting process tells of itself with every sign of life; see ``ExecutorHeartbeatRecord``."""

    weights: str | None
    weights_sha256: str | None
    weights_problem: str | None
    device: str | None
    slots: int
    computing: int
    finished: int
    images_per_s: float | None


class Heartbeat:
    """Says every few seconds that this process lives, and how it does."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, executor_id: str, vitals: Callable[[], Vitals], *, beat_s: float
    ) -> None:
        self._unit_of_work = unit_of_work
        self._executor_id = executor_id
        self._vitals = vitals
        self._beat_s = beat_s
        self._started_at = datetime.now(UTC)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_stopped, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Give the first sign of life, then go on in the background."""
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        """Stop and withdraw the sign of life, so that nobody waits for it to grow old."""
        self._stopping.set()
        self._thread.join()
        with self._unit_of_work() as session:
            session.execute(
                delete(ExecutorHeartbeatRecord).where(ExecutorHeartbeatRecord.executor_id == self._executor_id)
            )

    def _beat_until_stopped(self) -> None:
        while not self._stopping.wait(self._beat_s):
            try:
                self.beat()
            except SQLAlchemyError:
                # A database that is away for a moment must not end the signs of life for good.
                log.exception("heartbeat_failed")

    def beat(self) -> None:
        """Give a sign of life now, besides those that are given every few seconds."""
        with self._unit_of_work() as session:
            now = database_now(session)
            session.merge(
                ExecutorHeartbeatRecord(
                    executor_id=self._executor_id, started_at=self._started_at, beat_at=now, **asdict(self._vitals())
                )
            )


def living_executors(session: Session, *, dead_after_s: float) -> set[str]:
    """The processes that gave a sign of life in the last ``dead_after_s`` seconds."""
    since = database_now(session) - timedelta(seconds=dead_after_s)
    return set(
        session.scalars(select(ExecutorHeartbeatRecord.executor_id).where(ExecutorHeartbeatRecord.beat_at >= since))
    )


def forget_silent_executors(session: Session) -> None:
    """Delete the signs of life of processes that have been silent for a day."""
    before = database_now(session) - timedelta(days=1)
    session.execute(delete(ExecutorHeartbeatRecord).where(ExecutorHeartbeatRecord.beat_at < before))
