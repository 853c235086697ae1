"""Queries about the reference library."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import ReferenceCellRecord, ReviewEditRecord, ReviewRecord, SampleRecord


def add_cell(session: Session, record: ReferenceCellRecord) -> int | None:
    """Put a cell into the library and return its number; None when it is there already."""
    return insert_unless_present(session, record)


def find_cell(session: Session, cell_id: int) -> ReferenceCellRecord | None:
    """The cell with this number, removed or not, held until the transaction ends."""
    if not 0 < cell_id <= LARGEST_ID:
        return None
    query = select(ReferenceCellRecord).where(ReferenceCellRecord.id == cell_id)
    return session.scalar(query.options(defer(ReferenceCellRecord.picture)).with_for_update())


def count_by_type(session: Session) -> dict[tuple[str, str], int]:
    """How many cells the library has of each class and type."""
    query = (
        select(ReferenceCellRecord.cell_class, ReferenceCellRecord.subtype, func.count())
        .where(ReferenceCellRecord.active_key.is_not(None))
        .group_by(ReferenceCellRecord.cell_class, ReferenceCellRecord.subtype)
    )
    return {(cell_class, subtype): number for cell_class, subtype, number in session.execute(query)}


def list_of_type(
    session: Session, cell_class: str, subtype: str, *, offset: int, limit: int
) -> list[tuple[ReferenceCellRecord, str]]:
    """Cells of one type without their pictures, the newest first, each with its sample's accession number."""
    query = (
        select(ReferenceCellRecord, SampleRecord.accession_number)
        .join(SampleRecord, SampleRecord.id == ReferenceCellRecord.sample_id)
        .where(
            ReferenceCellRecord.active_key.is_not(None),
            ReferenceCellRecord.cell_class == cell_class,
            ReferenceCellRecord.subtype == subtype,
        )
        .order_by(ReferenceCellRecord.id.desc())
        .options(defer(ReferenceCellRecord.picture))
        .offset(offset)
        .limit(limit)
    )
    return [(record, number) for record, number in session.execute(query)]


def list_newest_ids(session: Session, cell_class: str, *, per_type: int) -> dict[str, list[int]]:
    """The numbers of the newest cells of each type of a class."""
    place = func.row_number().over(partition_by=ReferenceCellRecord.subtype, order_by=ReferenceCellRecord.id.desc())
    ranked = (
        select(ReferenceCellRecord.id, ReferenceCellRecord.subtype, place.label("place"))
        .where(ReferenceCellRecord.active_key.is_not(None), ReferenceCellRecord.cell_class == cell_class)
        .subquery()
    )
    found: dict[str, list[int]] = {}
    query = select(ranked.c.id, ranked.c.subtype).where(ranked.c.place <= per_type).order_by(ranked.c.id.desc())
    for cell_id, subtype in session.execute(query):
        found.setdefault(subtype, []).append(cell_id)
    return found


def list_pictures(session: Session, ids: Sequence[int]) -> dict[int, bytes]:
    """The pictures of these cells, removed ones too: a page that shows one may still be open."""
    query = select(ReferenceCellRecord.id, ReferenceCellRecord.picture).where(ReferenceCellRecord.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query)}


def newest_states(
    session: Session, analysis_ids: Sequence[int], cells: Sequence[str]
) -> dict[tuple[int, str], dict[str, Any]]:
    """How the newest edit left each of these cells, by analysis and name."""
    query = (
        select(ReviewRecord.analysis_id, ReviewEditRecord.cell, ReviewEditRecord.new)
        .join(ReviewRecord, ReviewRecord.id == ReviewEditRecord.review_id)
        .where(ReviewRecord.analysis_id.in_(analysis_ids), ReviewEditRecord.cell.in_(cells))
        .order_by(ReviewEditRecord.revision)
    )
    return {(analysis_id, cell): new for analysis_id, cell, new in session.execute(query)}
