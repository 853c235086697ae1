"""A field's cells as persons had left them at one revision, and the hash that stands for them in a signed report."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import AnalysisRecord
from app.db.repositories import reviews
from app.schemas.result_record import CellEntry, ResultRecord
from app.schemas.reviews import CellState, ReviewedCellEntry, ReviewSummary
from app.services.reports.canonical_json import canonical_json, sha256_of
from app.services.reviews.reviewed_cells import network_cell_id, reviewed_record


def record_at_revision(session: Session, analysis: AnalysisRecord, revision: int) -> ResultRecord:
    """The result record as it was after so many edits; the network's own at revision 0."""
    record = ResultRecord.model_validate_json(analysis.result_json)
    review = reviews.find_review(session, analysis.id) if revision else None
    if review is None or record.counts is None:
        return record
    edits = [edit for edit in reviews.list_edits(session, review.id) if edit.revision <= revision]
    states = {edit.cell: CellState.model_validate(edit.new) for edit in edits}
    # Its numbers are in no cell; what persons did is told by the cells themselves.
    unused = ReviewSummary(revision=revision, confirmed=0, relabelled=0, added=0, removed=0, updated_at=utc_now())
    return reviewed_record(record, states, unused)


def cells_sha256(cells: Sequence[CellEntry]) -> str:
    """The hash of a field's cells: each one's name, class, type, box, whether it counts, and whose word it is."""
    return sha256_of(canonical_json([_plain(position, cell) for position, cell in enumerate(cells)]))


def _plain(position: int, cell: CellEntry) -> dict[str, Any]:
    reviewed = cell if isinstance(cell, ReviewedCellEntry) else None
    return {
        "id": reviewed.id if reviewed else network_cell_id(position),
        "class": cell.cell_class.value,
        "subtype": cell.subtype,
        "box": [float(edge) for edge in cell.box],
        "counted": cell.counted,
        "origin": reviewed.origin if reviewed else "network",
        "confirmed_by": reviewed.confirmed_by if reviewed else None,
    }
