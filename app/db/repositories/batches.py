"""Queries about batches and their samples: open, find, list, close."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from app.batch_errors import BatchNotFound
from app.db.base import LARGEST_ID, utc_now
from app.db.inserting import insert_unless_present
from app.db.records import BatchFileRecord, BatchRecord, BatchSampleRecord
from app.db.repositories.samples import accession_key

_ACTIVE_GRAIN = timedelta(minutes=1)
"""A batch's row is not written for every part that arrives: parts come side by side and would wait for each other."""


def add_batch(session: Session, record: BatchRecord) -> tuple[BatchRecord, bool]:
    """Open a batch; with an idempotency key that is known already, the batch that has it. And whether it is new."""
    new_id = insert_unless_present(session, record)
    if new_id is not None:
        return get_batch(session, new_id), True
    has_key = BatchRecord.idempotency_key == record.idempotency_key
    return session.scalars(select(BatchRecord).where(has_key)).one(), False


def get_batch(session: Session, batch_id: int) -> BatchRecord:
    """The batch with this number.

    Raises:
        BatchNotFound: There is none.
    """
    record = session.get(BatchRecord, batch_id) if 0 < batch_id <= LARGEST_ID else None
    if record is None:
        raise BatchNotFound(batch_id)
    return record


def list_batches(session: Session, *, before: tuple[datetime, int] | None, limit: int) -> Sequence[BatchRecord]:
    """At most ``limit`` batches, newest first, that come after the position ``before`` in that order."""
    query = select(BatchRecord).order_by(BatchRecord.created_at.desc(), BatchRecord.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(BatchRecord.created_at, BatchRecord.id) < before)
    return session.scalars(query).all()


def close_batch(session: Session, batch_id: int) -> None:
    """Let nothing more be added to a batch; one that is closed already keeps its moment."""
    session.execute(
        update(BatchRecord)
        .where(BatchRecord.id == batch_id, BatchRecord.completed_at.is_(None))
        .values(completed_at=utc_now())
    )


def note_activity(session: Session, batch_id: int) -> None:
    """Remember that something of a batch arrived now, to the minute."""
    now = utc_now()
    session.execute(
        update(BatchRecord)
        .where(BatchRecord.id == batch_id, BatchRecord.active_at < now - _ACTIVE_GRAIN)
        .values(active_at=now)
    )


def list_silent(session: Session, *, since: datetime, limit: int) -> Sequence[int]:
    """The numbers of open batches of which nothing has arrived since a moment."""
    query = (
        select(BatchRecord.id)
        .where(BatchRecord.completed_at.is_(None), BatchRecord.active_at < since)
        .order_by(BatchRecord.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def claim_sample(session: Session, *, batch_id: int, accession_number: str, note: str | None) -> int:
    """The number of a batch's group for an accession number, made now unless it exists."""
    key = accession_key(accession_number)
    new_id = insert_unless_present(
        session,
        BatchSampleRecord(batch_id=batch_id, accession_number=accession_number, accession_key=key, note=note),
    )
    if new_id is not None:
        return new_id
    query = select(BatchSampleRecord.id).where(
        BatchSampleRecord.batch_id == batch_id, BatchSampleRecord.accession_key == key
    )
    return session.scalars(query).one()


def get_group(session: Session, group_id: int) -> BatchSampleRecord:
    """A batch's group, which is known to exist."""
    return session.get_one(BatchSampleRecord, group_id)


def set_sample(session: Session, group_id: int, sample_id: int) -> None:
    """Tie a batch's group to the sample that its first accepted image made or found."""
    session.execute(
        update(BatchSampleRecord)
        .where(BatchSampleRecord.id == group_id, BatchSampleRecord.sample_id.is_(None))
        .values(sample_id=sample_id)
    )


def list_groups(session: Session, batch_id: int) -> Sequence[BatchSampleRecord]:
    """The groups of a batch that have a file, in the order in which they were made."""
    query = (
        select(BatchSampleRecord)
        .where(
            BatchSampleRecord.batch_id == batch_id,
            BatchSampleRecord.id.in_(
                select(BatchFileRecord.batch_sample_id).where(BatchFileRecord.batch_id == batch_id)
            ),
        )
        .order_by(BatchSampleRecord.id)
    )
    return session.scalars(query).all()


def count_groups(session: Session, batch_id: int) -> int:
    """How many groups a batch has."""
    query = select(func.count()).where(BatchSampleRecord.batch_id == batch_id)
    return session.scalars(query).one()
