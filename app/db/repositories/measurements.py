"""Queries about what was measured of a sample beside its images."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.records import AnalyserValueRecord, ChamberCountRecord


def list_chamber_counts(session: Session, sample_id: int) -> Sequence[ChamberCountRecord]:
    """The chamber counts of a sample, at most one a class."""
    return session.scalars(select(ChamberCountRecord).where(ChamberCountRecord.sample_id == sample_id)).all()


def find_analyser_value(session: Session, sample_id: int) -> AnalyserValueRecord | None:
    """The analyser's red cells of a sample; None where nobody entered them."""
    return session.scalar(select(AnalyserValueRecord).where(AnalyserValueRecord.sample_id == sample_id))


def replace_measurements(
    session: Session, sample_id: int, chamber: Sequence[ChamberCountRecord], analyser: AnalyserValueRecord | None
) -> None:
    """Put these in the place of all that was measured of a sample."""
    for record in (ChamberCountRecord, AnalyserValueRecord):
        session.execute(delete(record).where(record.sample_id == sample_id))
    session.add_all([*chamber, *([analyser] if analyser else [])])
    session.flush()
