"""Queries about the versions of the reference ranges."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from app.db.records import RangeSetRecord


def newest_set(session: Session) -> RangeSetRecord:
    """The ranges that hold now: the newest version; the migrations bring the first."""
    return session.scalars(select(RangeSetRecord).order_by(RangeSetRecord.version.desc()).limit(1)).one()


def find_set(session: Session, version: int) -> RangeSetRecord | None:
    """One version; None where there is none."""
    return session.get(RangeSetRecord, version) if 0 < version < 2**31 else None


def add_set(session: Session, record: RangeSetRecord) -> bool:
    """Add a version; False where another transaction has taken its number."""
    try:
        with session.begin_nested():
            session.add(record)
            session.flush()
    except IntegrityError:
        return False
    return True


def list_versions(session: Session) -> Sequence[RangeSetRecord]:
    """Every version, newest first, without its ranges."""
    query = select(RangeSetRecord).options(defer(RangeSetRecord.ranges)).order_by(RangeSetRecord.version.desc())
    return session.scalars(query).all()
