"""Conditions of a search for samples, each quick with a million of them whether few or many samples meet it.

What few samples have is found in an index and then looked up; what many have is soon met by reading the samples in the
order of the list. Each way is slow for the other case, so the index is asked first which case it is.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from app.db.records import FieldImageRecord, SampleRecord
from app.db.repositories.images import WITHOUT_COUNTS
from app.db.repositories.key_parts import find_some, has_part
from app.db.repositories.signed_reports import is_signed

_FEW = 500
"""Samples that meet a condition up to which they are looked up one by one."""


@dataclass(frozen=True, slots=True)
class SampleFilter:
    """What samples are wanted; every part that is empty, None or False wants all.

    ``key_part`` is any part of the accession number's or of the patient code's key. ``since`` is the first moment of
    registration that is wanted, ``until`` the first that is not any more. A sample needs a review until it is
    signed, while a white cell of it is unidentified, or an image without counts is neither counted nor set aside.
    """

    key_part: str = ""
    has_warnings: bool = False
    needs_review: bool = False
    since: datetime | None = None
    until: datetime | None = None


ALL_SAMPLES = SampleFilter()
"""Nothing is asked for."""


def conditions(session: Session, wanted: SampleFilter) -> list[ColumnElement[bool]]:
    """The conditions of a search, to be met all."""
    found: list[ColumnElement[bool]] = []
    if wanted.key_part:
        found.append(_has_part(session, wanted.key_part))
    if wanted.has_warnings:
        found.append(_has_image(session, FieldImageRecord.warning_count > 0))
    if wanted.needs_review:
        found += [_needs_review(session), not_(is_signed())]
    if wanted.since is not None:
        found.append(SampleRecord.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(SampleRecord.created_at < wanted.until)
    return found


def _has_part(session: Session, key_part: str) -> ColumnElement[bool]:
    few = find_some(session, key_part, limit=_FEW + 1)
    return has_part(key_part) if len(few) > _FEW else SampleRecord.id.in_(few)


def _needs_review(session: Session) -> ColumnElement[bool]:
    is_lost = and_(FieldImageRecord.status.in_(WITHOUT_COUNTS), FieldImageRecord.set_aside_at.is_(None))
    return or_(_has_image(session, FieldImageRecord.unidentified_cells > 0), _has_image(session, is_lost))


def _has_image(session: Session, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a sample has an image that meets a condition for which there is an index."""
    # One row an image: it is their number that tells whether these are all.
    few = session.scalars(_sample_ids(condition).limit(_FEW + 1)).all()
    if len(few) <= _FEW:
        return SampleRecord.id.in_(set(few))
    own = exists().where(FieldImageRecord.sample_id == SampleRecord.id, condition)
    return own.correlate(SampleRecord)


def _sample_ids(condition: ColumnElement[bool]) -> Select[int]:
    # Not DISTINCT: that would read all of them before the limit.
    return select(FieldImageRecord.sample_id).where(condition)
