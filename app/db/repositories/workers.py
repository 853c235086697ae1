"""Queries about the processes that count."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.records import ExecutorHeartbeatRecord

SILENT_AFTER_S = 30.0
"""Silence after which a process is taken for dead, and others take its jobs over."""


def list_workers(session: Session) -> Sequence[ExecutorHeartbeatRecord]:
    """Every process that gave a sign of life within the last day, by name."""
    return session.scalars(select(ExecutorHeartbeatRecord).order_by(ExecutorHeartbeatRecord.executor_id)).all()
