"""Queries about reviews: open one for writing, read its edits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.inserting import insert_unless_present
from app.db.records import AnalysisRecord, ReviewEditRecord, ReviewRecord


def open_review(session: Session, analysis_id: int) -> ReviewRecord:
    """The review of an analysis, made now unless it exists, and held until the transaction ends.

    Whoever comes second waits here, so that revisions are numbered without a gap and nobody judges by old edits.
    """
    insert_unless_present(session, ReviewRecord(analysis_id=analysis_id))
    query = select(ReviewRecord).where(ReviewRecord.analysis_id == analysis_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find_review(session: Session, analysis_id: int) -> ReviewRecord | None:
    """The review of an analysis; None while nobody has touched it."""
    return session.scalar(select(ReviewRecord).where(ReviewRecord.analysis_id == analysis_id))


def list_edits(session: Session, review_id: int, *, after: int = 0) -> Sequence[ReviewEditRecord]:
    """The edits of a review in their order, from the revision after ``after`` on."""
    query = (
        select(ReviewEditRecord)
        .where(ReviewEditRecord.review_id == review_id, ReviewEditRecord.revision > after)
        .order_by(ReviewEditRecord.revision)
    )
    return session.scalars(query).all()


def list_reviewed(session: Session, *, since: datetime, limit: int) -> list[tuple[ReviewRecord, AnalysisRecord]]:
    """Reviews with an edit since a moment and what they are reviews of, those edited last first."""
    query = (
        select(ReviewRecord, AnalysisRecord)
        .join(AnalysisRecord, AnalysisRecord.id == ReviewRecord.analysis_id)
        .where(ReviewRecord.revision > 0, ReviewRecord.updated_at >= since)
        .order_by(ReviewRecord.updated_at.desc(), ReviewRecord.id.desc())
        .limit(limit)
    )
    return [(review, analysis) for review, analysis in session.execute(query)]
