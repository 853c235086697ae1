"""Queries about the checks that programs make by themselves."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.base import LARGEST_ID
from app.db.records import ExecutorHeartbeatRecord, QcResultRecord


def list_recorded(session: Session, *, kind: str, weights_sha256: str, engine: str) -> Sequence[QcResultRecord]:
    """What was recorded of these weights by this engine to compare with, the newest first."""
    query = select(QcResultRecord).where(
        QcResultRecord.kind == kind,
        QcResultRecord.weights_sha256 == weights_sha256,
        QcResultRecord.engine == engine,
        QcResultRecord.outcome == "recorded",
    )
    return session.scalars(query.order_by(QcResultRecord.id.desc())).all()


def find_newest_of(session: Session, *, kind: str, weights_sha256: str, engine: str) -> QcResultRecord | None:
    """The newest check of these weights by this engine, whatever came of it."""
    query = select(QcResultRecord).where(
        QcResultRecord.kind == kind,
        QcResultRecord.weights_sha256 == weights_sha256,
        QcResultRecord.engine == engine,
    )
    return session.scalars(query.order_by(QcResultRecord.id.desc()).limit(1)).first()


def find_result(session: Session, result_id: int) -> QcResultRecord | None:
    """The check with this number."""
    return session.get(QcResultRecord, result_id) if 0 < result_id <= LARGEST_ID else None


def list_newest(session: Session, *, kind: str, limit: int) -> Sequence[QcResultRecord]:
    """The newest checks of a kind, the newest first."""
    query = select(QcResultRecord).where(QcResultRecord.kind == kind).order_by(QcResultRecord.id.desc()).limit(limit)
    return session.scalars(query).all()


def list_newest_of_living(session: Session, *, kind: str) -> Sequence[QcResultRecord]:
    """The newest check of every process that is alive or was not taken over yet."""
    newest = (
        select(func.max(QcResultRecord.id))
        .join(ExecutorHeartbeatRecord, ExecutorHeartbeatRecord.executor_id == QcResultRecord.executor_id)
        .where(QcResultRecord.kind == kind)
        .group_by(QcResultRecord.executor_id)
    )
    return session.scalars(select(QcResultRecord).where(QcResultRecord.id.in_(newest))).all()
