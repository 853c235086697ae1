"""Queries about failed sign-ins."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.records import SignInThrottleRecord


def lock_throttles(session: Session, keys: Sequence[str]) -> dict[str, SignInThrottleRecord]:
    """The failures under these keys, kept from changing until the transaction ends."""
    query = select(SignInThrottleRecord).where(SignInThrottleRecord.key.in_(keys)).order_by(SignInThrottleRecord.key)
    return {record.key: record for record in session.scalars(query.with_for_update())}


def forget_throttles(session: Session, keys: Sequence[str]) -> None:
    """Forget the failures under these keys."""
    session.execute(delete(SignInThrottleRecord).where(SignInThrottleRecord.key.in_(keys)))


def forget_throttles_before(session: Session, moment: datetime) -> None:
    """Forget failures whose last one is long ago."""
    session.execute(delete(SignInThrottleRecord).where(SignInThrottleRecord.last_at < moment))
