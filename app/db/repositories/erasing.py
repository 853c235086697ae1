"""Queries about erasing: what is due, what still needs a stored file, and the deletion of a whole sample."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, Table, delete, exists, func, select, text
from sqlalchemy.orm import Session

from app.db.base import Record
from app.db.records import (
    AnalysisRecord,
    ControlRunRecord,
    FieldImageRecord,
    GoldenFieldRecord,
    ManualDifferentialRecord,
    ReferenceCellRecord,
    ReviewRecord,
    SampleRecord,
    SignedReportRecord,
)
from app.db.repositories.erased_batches import forget_in_batches
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
        ~_corrected_since(before).where(AnalysisRecord.image_id == FieldImageRecord.id),
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


def count_made_of(session: Session, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """How many cells of the reference library were cut from these images, and how many of the images judge weights."""
    some = select(FieldImageRecord.id).where(*conditions)
    cells = select(func.count()).where(ReferenceCellRecord.image_id.in_(some))
    golden = select(func.count()).where(GoldenFieldRecord.image_id.in_(some), GoldenFieldRecord.withdrawn_at.is_(None))
    return session.scalar(cells) or 0, session.scalar(golden) or 0


def is_due_photograph(session: Session, conditions: Sequence[ColumnElement[bool]], image_id: int) -> bool:
    """Whether an image meets the conditions still."""
    return session.scalar(select(exists().where(FieldImageRecord.id == image_id, *conditions))) or False


def is_due_sample(session: Session, conditions: Sequence[ColumnElement[bool]], sample_id: int) -> bool:
    """Whether a sample meets the conditions still."""
    return session.scalar(select(exists().where(SampleRecord.id == sample_id, *conditions))) or False


def list_photographs(session: Session, conditions: Sequence[ColumnElement[bool]], *, limit: int) -> list[int]:
    """The numbers of some of the images, the oldest first."""
    query = select(FieldImageRecord.id).where(*conditions).order_by(FieldImageRecord.id).limit(limit)
    return list(session.scalars(query))


def due_samples(before: datetime) -> list[ColumnElement[bool]]:
    """The conditions of samples nothing of which was changed since a moment, and of which nothing was ever signed.

    Control slides are none of them: what a laboratory controlled its counting with outlasts the days of samples.
    """
    images = exists().where(FieldImageRecord.sample_id == SampleRecord.id)
    corrected = _corrected_since(before).where(AnalysisRecord.image_id == FieldImageRecord.id)
    manual = exists().where(ManualDifferentialRecord.sample_id == SampleRecord.id)
    touched_at = func.coalesce(ManualDifferentialRecord.withdrawn_at, ManualDifferentialRecord.saved_at)
    return [
        SampleRecord.created_at < before,
        ~images.where(before <= _CHANGED_AT),
        ~images.where(FieldImageRecord.status.in_(UNFINISHED)),
        ~images.where(corrected.correlate(FieldImageRecord)),
        ~manual.where(before <= touched_at),
        ~exists().where(ControlRunRecord.sample_id == SampleRecord.id),
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


def delete_reference_cells(session: Session, image_id: int) -> int:
    """Delete the pictures that were cut from a photograph, and how many that were."""
    deleted = session.execute(
        delete(ReferenceCellRecord).where(ReferenceCellRecord.image_id == image_id).returning(ReferenceCellRecord.id)
    )
    return len(deleted.all())


def delete_sample(session: Session, sample: SampleRecord) -> None:
    """Delete a sample with everything that belongs to it, and what batches still tell of it."""
    forget_in_batches(session, sample)
    _delete(session, _table(SampleRecord), [sample.id])
    session.expunge_all()


def _corrected_since(before: datetime) -> Exists:
    """Whether a person corrected an analysis since a moment."""
    return exists().where(ReviewRecord.analysis_id == AnalysisRecord.id, ReviewRecord.updated_at >= before)


def rows_of_sample(session: Session, sample_id: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row that belongs to a sample and goes with it, with the name of its table: the sample's own comes last."""
    for table, ids in _belonging(session, _table(SampleRecord), [sample_id]):
        for row in session.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id)).mappings():
            yield table.name, dict(row)


def _delete(session: Session, table: Table, ids: Sequence[int]) -> None:
    """Delete rows after all that refer to them, whatever tables there are; what only points at them is let go of."""
    for other, some in _belonging(session, table, ids):
        session.execute(delete(other).where(other.c.id.in_(some)))


def _belonging(session: Session, table: Table, ids: Sequence[int]) -> Iterator[tuple[Table, Sequence[int]]]:
    """Some rows at a time, each after all that refer to it, told from the schema; a row may come more than once."""
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for other in Record.metadata.sorted_tables:
            for key in other.foreign_keys:
                if key.column.table is table and key.ondelete != "SET NULL":
                    found = list(session.scalars(select(other.c.id).where(key.parent.in_(some)).order_by(other.c.id)))
                    yield from _belonging(session, other, found)
        yield table, some


def _table(record: type[Record]) -> Table:
    table = record.__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker what every record has
    return table
