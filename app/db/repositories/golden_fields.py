"""Queries about golden fields."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.records import FieldImageRecord, GoldenFieldRecord, SampleRecord


class GoldenRow(NamedTuple):
    """A golden field with its image and the number of its sample."""

    field: GoldenFieldRecord
    image: FieldImageRecord
    accession_number: str


def find_live(session: Session, image_id: int) -> GoldenFieldRecord | None:
    """The golden field of an image, unless it was withdrawn."""
    query = select(GoldenFieldRecord).where(
        GoldenFieldRecord.image_id == image_id, GoldenFieldRecord.withdrawn_at.is_(None)
    )
    return session.scalars(query).one_or_none()


def list_live(session: Session) -> Sequence[GoldenRow]:
    """Every golden field that judges weights now, in the order they were marked."""
    query = (
        select(GoldenFieldRecord, FieldImageRecord, SampleRecord.accession_number)
        .join(FieldImageRecord, FieldImageRecord.id == GoldenFieldRecord.image_id)
        .join(SampleRecord, SampleRecord.id == FieldImageRecord.sample_id)
        .where(GoldenFieldRecord.withdrawn_at.is_(None))
        .order_by(GoldenFieldRecord.id)
    )
    return [GoldenRow(*row) for row in session.execute(query)]


def list_newest_live(session: Session, *, limit: int) -> Sequence[GoldenRow]:
    """The golden fields that were marked last and whose photographs are there, the newest first."""
    query = (
        select(GoldenFieldRecord, FieldImageRecord, SampleRecord.accession_number)
        .join(FieldImageRecord, FieldImageRecord.id == GoldenFieldRecord.image_id)
        .join(SampleRecord, SampleRecord.id == FieldImageRecord.sample_id)
        .where(GoldenFieldRecord.withdrawn_at.is_(None), FieldImageRecord.erased_at.is_(None))
        .order_by(GoldenFieldRecord.id.desc())
        .limit(limit)
    )
    return [GoldenRow(*row) for row in session.execute(query)]


def count_live(session: Session) -> int:
    """How many golden fields have their photographs."""
    query = select(func.count()).select_from(GoldenFieldRecord).join(FieldImageRecord)
    return (
        session.scalar(query.where(GoldenFieldRecord.withdrawn_at.is_(None), FieldImageRecord.erased_at.is_(None))) or 0
    )


def count_erased(session: Session) -> int:
    """How many images were golden at any time, and their photographs have been erased."""
    query = select(func.count(func.distinct(GoldenFieldRecord.image_id))).select_from(GoldenFieldRecord)
    return session.scalar(query.join(FieldImageRecord).where(FieldImageRecord.erased_at.is_not(None))) or 0
