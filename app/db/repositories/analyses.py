"""Queries about analyses: write one, find the newest of an image."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.records import AnalysisRecord
from app.schemas.result_record import ResultRecord
from model.counting import NUCLEATED_RED_CELL


def new_analysis(image_id: int, record: ResultRecord, thresholds: Mapping[str, float] | None) -> AnalysisRecord:
    """The row of a result record, not yet in any session."""
    counts = record.counts
    return AnalysisRecord(
        image_id=image_id,
        weights_name=record.model.name,
        weights_version=record.model.version,
        weights_sha256=record.model.sha256,
        thresholds=dict(thresholds) if thresholds is not None else None,
        status=record.status,
        rbc=counts.RBC if counts else None,
        wbc=counts.WBC if counts else None,
        plt=counts.PLT if counts else None,
        nrbc=counts.NRBC if counts and NUCLEATED_RED_CELL not in record.unavailable else None,
        timings_ms=dict(record.timings_ms),
        result_json=record.model_dump_json(),
        differential=None if "differential" in record.unavailable else record.differential,
        morphology=None if "morphology" in record.unavailable else record.morphology,
    )


def find_newest_analysis(session: Session, image_id: int) -> AnalysisRecord | None:
    """The newest analysis of an image."""
    query = select(AnalysisRecord).where(AnalysisRecord.image_id == image_id).order_by(AnalysisRecord.id.desc())
    return session.scalars(query.limit(1)).first()
