"""Queries about erasing: what is due, what still needs a stored file, and the deletion of a whole sample."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, func, select, text
from sqlalchemy.orm import Session

from app.db.base import Record
from app.db.records import BatchFileRecord, BatchSampleRecord, FieldImageRecord, SampleRecord, SignedReportRecord
from app.schemas.samples import UNFINISHED

_AT_ONCE = 500
_LOCK_CONTENT = text("SELECT pg_advisory_xact_lock(hashtextextended(:storage_key, 70))")

_IS_SIGNED = exists().where(SignedReportRecord.sample_id == FieldImageRecord.sample_id)
_CHANGED_AT = func.coalesce(FieldImageRecord.changed_at, FieldImageRecord.uploaded_at)


def lock_content(session: Session, storage_key: str) -> None:
    """Let nobody else take in or erase this very content until the transaction ends.

    On SQLite whoever has written anything holds the only lock already: call it after the first change.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK_CONTENT, {"storage_key": storage_key})


def is_needed(session: Session, storage_key: str) -> bool:
    """Whether any image still stands for this content."""
    query = select(FieldImageRecord.id).where(
        FieldImageRecord.storage_key == storage_key, FieldImageRecord.erased_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def due_photographs(before: datetime, *, is_signed: bool) -> list[ColumnElement[bool]]:
    """The conditions of finished images that were last changed before a moment, by whether their sample was signed."""
    return [
        FieldImageRecord.erased_at.is_(None),
        FieldImageRecord.status.not_in(UNFINISHED),
        before > _CHANGED_AT,
        _IS_SIGNED if is_signed else ~_IS_SIGNED,
    ]


def group_photographs(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    """Images by status: status, number, bytes, first and last change."""
    query = select(
        FieldImageRecord.status,
        func.count(),
        func.sum(FieldImageRecord.byte_size),
        func.min(_CHANGED_AT),
        func.max(_CHANGED_AT),
    )
    return session.execute(query.where(*conditions).group_by(FieldImageRecord.status)).all()


def list_photographs(session: Session, conditions: Sequence[ColumnElement[bool]], *, limit: int) -> list[int]:
    """The numbers of some of the images, the oldest first."""
    query = select(FieldImageRecord.id).where(*conditions).order_by(FieldImageRecord.id).limit(limit)
    return list(session.scalars(query))


def due_samples(before: datetime) -> list[ColumnElement[bool]]:
    """The conditions of samples nothing of which was changed since a moment, and of which nothing was ever signed."""
    images = exists().where(FieldImageRecord.sample_id == SampleRecord.id)
    return [
        SampleRecord.created_at < before,
        ~images.where(before <= _CHANGED_AT),
        ~images.where(FieldImageRecord.status.in_(UNFINISHED)),
        ~exists().where(SignedReportRecord.sample_id == SampleRecord.id),
    ]


def count_samples(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many samples that are."""
    return session.scalar(select(func.count()).select_from(SampleRecord).where(*conditions)) or 0


def list_samples(session: Session, conditions: Sequence[ColumnElement[bool]], *, limit: int) -> Sequence[SampleRecord]:
    """Some of the samples, the oldest first."""
    return session.scalars(select(SampleRecord).where(*conditions).order_by(SampleRecord.id).limit(limit)).all()


def list_stored(session: Session, sample_id: int) -> Sequence[FieldImageRecord]:
    """The images of a sample whose photographs are there."""
    query = select(FieldImageRecord).where(
        FieldImageRecord.sample_id == sample_id, FieldImageRecord.erased_at.is_(None)
    )
    return session.scalars(query.order_by(FieldImageRecord.id)).all()


def list_images(session: Session, sample_id: int) -> Sequence[FieldImageRecord]:
    """The images of a sample, those whose photographs are gone too."""
    query = select(FieldImageRecord).where(FieldImageRecord.sample_id == sample_id)
    return session.scalars(query.order_by(FieldImageRecord.id)).all()


def has_reports(session: Session, sample_id: int) -> bool:
    """Whether a version of the sample was ever signed: such rows can never be deleted."""
    return session.scalar(select(exists().where(SignedReportRecord.sample_id == sample_id))) or False


def delete_sample(session: Session, sample: SampleRecord) -> None:
    """Delete a sample with everything that belongs to it, and what batches still tell of it."""
    groups = select(BatchSampleRecord.id).where(
        (BatchSampleRecord.sample_id == sample.id) | (BatchSampleRecord.accession_key == sample.accession_key)
    )
    images = select(FieldImageRecord.id).where(FieldImageRecord.sample_id == sample.id)
    for conditions in (BatchFileRecord.batch_sample_id.in_(groups), BatchFileRecord.image_id.in_(images)):
        session.execute(delete(BatchFileRecord).where(conditions))
    session.execute(delete(BatchSampleRecord).where(BatchSampleRecord.id.in_(groups)))
    _delete(session, _table(SampleRecord), [sample.id])
    session.expunge_all()


def _delete(session: Session, table: Table, ids: Sequence[int]) -> None:
    """Delete rows after all that refer to them, whatever tables there are; what only points at them is let go of."""
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for other in Record.metadata.sorted_tables:
            for key in other.foreign_keys:
                if key.column.table is table and key.ondelete != "SET NULL":
                    _delete(session, other, list(session.scalars(select(other.c.id).where(key.parent.in_(some)))))
        session.execute(delete(table).where(table.c.id.in_(some)))


def _table(record: type[Record]) -> Table:
    table = record.__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker what every record has
    return table
