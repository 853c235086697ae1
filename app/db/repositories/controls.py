"""Queries about control lots, their runs and decisions."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import ControlDecisionRecord, ControlLotRecord, ControlRunRecord, SampleRecord


def add_lot(session: Session, record: ControlLotRecord) -> int | None:
    """Add a lot and return its number; None when there is one of the same name."""
    return insert_unless_present(session, record)


def find_lot(session: Session, lot_id: int) -> ControlLotRecord | None:
    """The lot with this number."""
    return session.get(ControlLotRecord, lot_id) if 0 < lot_id <= LARGEST_ID else None


def list_lots(session: Session) -> Sequence[ControlLotRecord]:
    """Every lot, those in use first, the newest first."""
    query = select(ControlLotRecord).order_by(ControlLotRecord.closed_at.is_not(None), ControlLotRecord.id.desc())
    return session.scalars(query).all()


def list_lots_of_material(session: Session, material: str) -> Sequence[ControlLotRecord]:
    """The lots of one material."""
    return session.scalars(select(ControlLotRecord).where(ControlLotRecord.material == material)).all()


def add_run(session: Session, record: ControlRunRecord) -> int | None:
    """Add a run and return its number; None when its sample is a control run already."""
    return insert_unless_present(session, record)


def find_run(session: Session, run_id: int) -> ControlRunRecord | None:
    """The run with this number."""
    return session.get(ControlRunRecord, run_id) if 0 < run_id <= LARGEST_ID else None


def list_runs(session: Session, lot_ids: Sequence[int], *, limit: int) -> list[tuple[ControlRunRecord, str]]:
    """The newest runs of these lots with their accession numbers, the oldest of them first."""
    query = (
        select(ControlRunRecord, SampleRecord.accession_number)
        .join(SampleRecord, SampleRecord.id == ControlRunRecord.sample_id)
        .where(ControlRunRecord.lot_id.in_(lot_ids))
        .order_by(ControlRunRecord.recorded_at.desc(), ControlRunRecord.id.desc())
        .limit(limit)
    )
    return [(record, number) for record, number in session.execute(query)][::-1]


def list_decisions(session: Session, run_ids: Sequence[int]) -> dict[int, list[ControlDecisionRecord]]:
    """What persons said of these runs, in order."""
    query = (
        select(ControlDecisionRecord)
        .where(ControlDecisionRecord.run_id.in_(run_ids))
        .order_by(ControlDecisionRecord.id)
    )
    found: dict[int, list[ControlDecisionRecord]] = {}
    for record in session.scalars(query):
        found.setdefault(record.run_id, []).append(record)
    return found
