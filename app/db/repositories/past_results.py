"""Queries about what was counted before: samples of one patient, weights in use, analyses of an image."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, defer

from app.db.base import LARGEST_ID
from app.db.records import AnalysisRecord, FieldImageRecord, ReviewRecord, SampleRecord


def list_of_patient(session: Session, patient_key: str, *, limit: int) -> Sequence[SampleRecord]:
    """The newest samples of one patient, the newest first."""
    query = (
        select(SampleRecord)
        .where(SampleRecord.patient_key == patient_key)
        .order_by(SampleRecord.created_at.desc(), SampleRecord.id.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def count_of_patient(session: Session, patient_key: str) -> int:
    """How many samples one patient has."""
    return session.scalar(select(func.count()).where(SampleRecord.patient_key == patient_key)) or 0


def weights_in_use(session: Session, sample_ids: Sequence[int]) -> list[tuple[int, str, str, str, int]]:
    """Sample, name, version, SHA-256 and images of the weights whose counts stand, the most used first."""
    newest = (
        select(func.max(AnalysisRecord.id))
        .join(FieldImageRecord, FieldImageRecord.id == AnalysisRecord.image_id)
        .where(FieldImageRecord.sample_id.in_(sample_ids))
        .group_by(AnalysisRecord.image_id)
    )
    columns = (
        FieldImageRecord.sample_id,
        AnalysisRecord.weights_name,
        AnalysisRecord.weights_version,
        AnalysisRecord.weights_sha256,
    )
    query = (
        select(*columns, func.count())
        .join(FieldImageRecord, FieldImageRecord.id == AnalysisRecord.image_id)
        .where(AnalysisRecord.id.in_(newest), AnalysisRecord.rbc.is_not(None))
        .group_by(*columns)
        .order_by(FieldImageRecord.sample_id, func.count().desc(), AnalysisRecord.weights_sha256)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)]


def list_analyses(
    session: Session, sample_id: int
) -> list[tuple[AnalysisRecord, ReviewRecord | None, FieldImageRecord]]:
    """Every analysis of a sample's images, by image and then by age, with what persons made of it."""
    query = (
        select(AnalysisRecord, ReviewRecord, FieldImageRecord)
        .join(FieldImageRecord, FieldImageRecord.id == AnalysisRecord.image_id)
        .outerjoin(ReviewRecord, and_(ReviewRecord.analysis_id == AnalysisRecord.id, ReviewRecord.revision > 0))
        .where(FieldImageRecord.sample_id == sample_id)
        .order_by(FieldImageRecord.id, AnalysisRecord.id)
        .options(defer(AnalysisRecord.result_json))
    )
    return [(analysis, review, image) for analysis, review, image in session.execute(query)]


def find_analysis(session: Session, *, image_id: int, analysis_id: int) -> AnalysisRecord | None:
    """An analysis of an image, the newest or an older one."""
    record = session.get(AnalysisRecord, analysis_id) if 0 < analysis_id <= LARGEST_ID else None
    return record if record is not None and record.image_id == image_id else None
