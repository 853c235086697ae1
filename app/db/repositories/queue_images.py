"""Queries about the images that wait, are being counted or failed; all go by the index on the images' status."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from app.db.records import AnalysisRecord, FieldImageRecord, SampleRecord
from app.schemas.samples import UNFINISHED, ImageStatus

_QUEUED_AT: ColumnElement[datetime] = func.coalesce(FieldImageRecord.queued_at, FieldImageRecord.uploaded_at)
_LATEST = 300
_MINUTE = timedelta(seconds=60)


class UnfinishedGroup(NamedTuple):
    """How many unfinished images stand at a status with a priority, and when the first of them was queued."""

    status: ImageStatus
    priority: int
    number: int
    first_queued_at: datetime


def count_unfinished(session: Session) -> list[UnfinishedGroup]:
    """The unfinished images in groups."""
    query = (
        select(FieldImageRecord.status, FieldImageRecord.priority, func.count(), func.min(_QUEUED_AT))
        .where(FieldImageRecord.status.in_(UNFINISHED))
        .group_by(FieldImageRecord.status, FieldImageRecord.priority)
    )
    return [UnfinishedGroup(*row) for row in session.execute(query)]


def count_waiting(session: Session, *, at_most: int) -> int:
    """How many images are not finished, counted no further than ``at_most``."""
    first = select(FieldImageRecord.id).where(FieldImageRecord.status.in_(UNFINISHED)).limit(at_most).subquery()
    return session.scalars(select(func.count()).select_from(first)).one()


def count_at(session: Session, status: ImageStatus) -> int:
    """How many images stand at a status, those that were set aside not among them."""
    query = select(func.count()).where(FieldImageRecord.status == status, FieldImageRecord.set_aside_at.is_(None))
    return session.scalars(query).one()


def list_waiting(session: Session, *, limit: int) -> Sequence[Row[FieldImageRecord, str]]:
    """The first images that wait, with their accession numbers, in the order in which they will be counted."""
    query = _images_at(ImageStatus.QUEUED).order_by(FieldImageRecord.priority, _QUEUED_AT, FieldImageRecord.id)
    return session.execute(query.limit(limit)).all()


def list_running(session: Session, *, limit: int) -> Sequence[Row[FieldImageRecord, str]]:
    """The images that are being counted, with their accession numbers, the longest first."""
    query = _images_at(ImageStatus.COUNTING).order_by(FieldImageRecord.started_at, FieldImageRecord.id)
    return session.execute(query.limit(limit)).all()


def list_failed(session: Session, *, limit: int) -> Sequence[Row[FieldImageRecord, str]]:
    """The failed images that nobody set aside, with their accession numbers, the last to fail first."""
    query = _images_at(ImageStatus.FAILED).where(FieldImageRecord.set_aside_at.is_(None))
    return session.execute(query.order_by(FieldImageRecord.id.desc()).limit(limit)).all()


def images_ahead(session: Session, concerned: ColumnElement[bool]) -> int | None:
    """How many unfinished images are counted up to and with the last of those concerned; None when none of them is."""
    place = func.count(), func.max(FieldImageRecord.priority), func.max(FieldImageRecord.id)
    unfinished = FieldImageRecord.status.in_(UNFINISHED)
    query = select(*place).where(unfinished, concerned)
    number, priority, last_id = session.execute(query).one()
    if not number:
        return None
    is_before = (FieldImageRecord.priority < priority) | (
        (FieldImageRecord.priority == priority) & (FieldImageRecord.id <= last_id)
    )
    return session.scalars(select(func.count()).where(unfinished, is_before)).one()


def finished_per_minute(session: Session, now: datetime) -> float:
    """How many images got a result in the last minute, told from the newest results alone."""
    query = select(AnalysisRecord.created_at).order_by(AnalysisRecord.id.desc()).limit(_LATEST)
    moments = [moment for moment in session.scalars(query) if moment > now - _MINUTE]
    if len(moments) < _LATEST:
        return float(len(moments))
    return len(moments) * _MINUTE / max(now - moments[-1], timedelta(milliseconds=1))


def _images_at(status: ImageStatus) -> Select[FieldImageRecord, str]:
    return (
        select(FieldImageRecord, SampleRecord.accession_number)
        .join(SampleRecord, SampleRecord.id == FieldImageRecord.sample_id)
        .where(FieldImageRecord.status == status)
    )
