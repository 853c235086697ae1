"""Taking a row that waits for work, so that no two processes do it at once and a dead one's lease runs out."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from app.db.records import BatchFileRecord, WeightsReleaseRecord


def lease_row(
    session: Session,
    record: type[BatchFileRecord] | type[WeightsReleaseRecord],
    *waits: ColumnElement[bool],
    now: datetime,
    until: datetime,
) -> tuple[int, int] | None:
    """Take the first row that meets the conditions and that nobody holds; its number and how often it was taken.

    None where there is no such row, or another process was quicker.
    """
    is_free = (*waits, or_(record.leased_until.is_(None), record.leased_until < now))
    candidate = (
        select(record.id)
        .where(*is_free)
        .order_by(record.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(record)
        .where(record.id == candidate, *is_free)
        .values(leased_until=until, attempts=record.attempts + 1)
        .returning(record.id, record.attempts)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])
