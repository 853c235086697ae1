"""Queries about the audit trail: search it, read it all, tell where it ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.db.records import AuditEventRecord, AuditHeadRecord, FieldImageRecord

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is empty limits nothing.

    ``actor`` is any part of the name, in any case; ``sample_id`` finds what is about the sample and about its images.
    """

    actor: str = ""
    action: str = ""
    sample_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_events(session: Session, wanted: AuditFilter, *, before_seq: int | None, limit: int) -> list[AuditEventRecord]:
    """At most ``limit`` entries, newest first, from before a place in the chain."""
    query = _matching(wanted).order_by(AuditEventRecord.seq.desc()).limit(limit)
    if before_seq is not None:
        query = query.where(AuditEventRecord.seq < before_seq)
    return list(session.scalars(query))


def read_events(session: Session, wanted: AuditFilter, *, after_seq: int | None = None) -> Iterator[dict[str, Any]]:
    """Every entry that matches, oldest first, column by column, read a thousand at a time."""
    table = AuditEventRecord.__table__
    query = _matching(wanted).with_only_columns(*table.columns).order_by(AuditEventRecord.seq)
    last_seq = after_seq
    while True:
        page = query if last_seq is None else query.where(AuditEventRecord.seq > last_seq)
        rows = session.execute(page.limit(_ROWS_AT_ONCE)).mappings().all()
        yield from (dict(row) for row in rows)
        if len(rows) < _ROWS_AT_ONCE:
            return
        last_seq = rows[-1]["seq"]


def find_head(session: Session) -> tuple[int, str] | None:
    """Where the chain ends by the database's own note, read anew: place and hash."""
    row = session.execute(select(AuditHeadRecord.seq, AuditHeadRecord.hash)).first()
    return None if row is None else (row[0], row[1])


def _matching(wanted: AuditFilter) -> Select[AuditEventRecord]:
    query = select(AuditEventRecord)
    if wanted.actor:
        query = query.where(AuditEventRecord.actor_name.icontains(wanted.actor, autoescape=True))
    if wanted.action:
        query = query.where(AuditEventRecord.action.startswith(wanted.action, autoescape=True))
    if wanted.sample_id is not None:
        query = query.where(_is_about_sample(wanted.sample_id))
    if wanted.since is not None:
        query = query.where(AuditEventRecord.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEventRecord.at < wanted.until)
    return query


def _is_about_sample(sample_id: int) -> ColumnElement[bool]:
    kind, number = AuditEventRecord.subject_kind, AuditEventRecord.subject_id
    images = select(FieldImageRecord.id).where(FieldImageRecord.sample_id == sample_id)
    return or_(and_(kind == "sample", number == sample_id), and_(kind == "image", number.in_(images)))
