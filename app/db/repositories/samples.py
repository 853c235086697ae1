"""Queries about samples: register, find, list newest first."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select, tuple_
from sqlalchemy.orm import Session

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import AnalysisRecord, FieldImageRecord, ReviewRecord, SampleRecord
from app.db.repositories.images import WITHOUT_COUNTS
from app.db.repositories.sample_search import SampleFilter, conditions
from app.db.repositories.signed_reports import is_signed
from app.errors import SampleNotFound
from app.schemas.counts import ClassCounts
from app.schemas.sample_details import SampleDetails
from app.schemas.samples import UNFINISHED, ImageStatus, SampleStatus

_NRBC = case((ReviewRecord.id.is_not(None), ReviewRecord.nrbc), else_=AnalysisRecord.nrbc)
"""None in a review means that nobody has told such cells apart, so it does not fall back on the analysis."""

_SUMS = (
    func.sum(func.coalesce(ReviewRecord.rbc, AnalysisRecord.rbc)),
    func.sum(func.coalesce(ReviewRecord.wbc, AnalysisRecord.wbc)),
    func.sum(func.coalesce(ReviewRecord.plt, AnalysisRecord.plt)),
    func.sum(_NRBC),
    func.count(_NRBC) == func.count(),
)


@dataclass(frozen=True, slots=True)
class ImageTotals:
    """Of a sample's images: how many were set aside, their warnings, and their unidentified white cells."""

    set_aside: int = 0
    warnings: int = 0
    unidentified_cells: int = 0


def accession_key(accession_number: str) -> str:
    """The form of an accession number that ignores case and typographic variants such as full-width letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", accession_number).casefold())


def add_sample(
    session: Session, *, accession_number: str, note: str | None, details: SampleDetails | None = None
) -> SampleRecord | None:
    """Register a sample; None when its accession number exists already."""
    record = SampleRecord(accession_number=accession_number, accession_key=accession_key(accession_number), note=note)
    if details is not None:
        set_details(record, details)
    new_id = insert_unless_present(session, record)
    return None if new_id is None else get_sample(session, new_id)


def set_details(record: SampleRecord, details: SampleDetails) -> None:
    """Write down what is known of a sample besides its images; what is None is not known."""
    record.patient_code = details.patient_code
    record.patient_key = accession_key(details.patient_code) if details.patient_code else None
    record.sex = details.sex
    record.age_value, record.age_unit = details.age_value, details.age_unit
    record.stain = details.stain
    record.acquisition_profile_id = details.acquisition_profile_id


def get_sample(session: Session, sample_id: int) -> SampleRecord:
    """The sample with this number.

    Raises:
        SampleNotFound: There is none.
    """
    record = session.get(SampleRecord, sample_id) if 0 < sample_id <= LARGEST_ID else None
    if record is None:
        raise SampleNotFound(sample_id)
    return record


def get_sample_for_change(session: Session, sample_id: int) -> SampleRecord:
    """The sample with this number as it is now, held until the transaction ends.

    Raises:
        SampleNotFound: There is none.
    """
    get_sample(session, sample_id)
    query = select(SampleRecord).where(SampleRecord.id == sample_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find_sample_by_accession(session: Session, accession_number: str) -> SampleRecord | None:
    """The sample registered under an accession number, in whatever case; None where there is none."""
    query = select(SampleRecord).where(SampleRecord.accession_key == accession_key(accession_number))
    return session.scalar(query)


def get_sample_by_accession(session: Session, accession_number: str) -> SampleRecord:
    """The sample registered under an accession number that is known to exist, in whatever case."""
    query = select(SampleRecord).where(SampleRecord.accession_key == accession_key(accession_number))
    return session.scalars(query).one()


def list_samples(
    session: Session,
    wanted: SampleFilter,
    *,
    status: SampleStatus | None,
    before: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[SampleRecord]:
    """At most ``limit`` samples, newest first, that come after the position ``before`` in that order."""
    query = select(SampleRecord).order_by(SampleRecord.created_at.desc(), SampleRecord.id.desc()).limit(limit)
    query = query.where(*conditions(session, wanted))
    if status is not None:
        query = query.where(_stands_at(status))
    if before is not None:
        query = query.where(tuple_(SampleRecord.created_at, SampleRecord.id) < before)
    return session.scalars(query).all()


def image_status_counts(session: Session, sample_ids: Sequence[int]) -> dict[int, dict[ImageStatus, int]]:
    """For every sample that has images: how many stand at each status."""
    query = (
        select(FieldImageRecord.sample_id, FieldImageRecord.status, func.count())
        .where(FieldImageRecord.sample_id.in_(sample_ids))
        .group_by(FieldImageRecord.sample_id, FieldImageRecord.status)
    )
    counts: dict[int, dict[ImageStatus, int]] = {}
    for sample_id, status, number in session.execute(query):
        counts.setdefault(sample_id, {})[status] = number
    return counts


def image_totals(session: Session, sample_ids: Sequence[int]) -> dict[int, ImageTotals]:
    """For every sample that has images: what they add up to."""
    query = (
        select(
            FieldImageRecord.sample_id,
            func.count(FieldImageRecord.set_aside_at),
            func.sum(FieldImageRecord.warning_count),
            func.sum(FieldImageRecord.unidentified_cells),
        )
        .where(FieldImageRecord.sample_id.in_(sample_ids))
        .group_by(FieldImageRecord.sample_id)
    )
    return {sample_id: ImageTotals(*map(int, numbers)) for sample_id, *numbers in session.execute(query)}


def pooled_counts(session: Session, sample_ids: Sequence[int]) -> dict[int, ClassCounts]:
    """For every sample with a counted image: its cells by class, summed over the newest analysis of each image.

    Where persons have edited an analysis, their counts stand for it.
    """
    newest = (
        select(func.max(AnalysisRecord.id))
        .join(FieldImageRecord, FieldImageRecord.id == AnalysisRecord.image_id)
        .where(FieldImageRecord.sample_id.in_(sample_ids))
        .group_by(AnalysisRecord.image_id)
    )
    query = (
        select(FieldImageRecord.sample_id, *_SUMS)
        .select_from(AnalysisRecord)
        .join(FieldImageRecord, FieldImageRecord.id == AnalysisRecord.image_id)
        .outerjoin(ReviewRecord, and_(ReviewRecord.analysis_id == AnalysisRecord.id, ReviewRecord.revision > 0))
        .where(AnalysisRecord.id.in_(newest), AnalysisRecord.rbc.is_not(None))
        .group_by(FieldImageRecord.sample_id)
    )
    return {
        sample_id: ClassCounts(
            RBC=rbc or 0, WBC=wbc or 0, PLT=plt or 0, NRBC=nrbc or 0, recognises_nrbc=bool(recognises_nrbc)
        )
        for sample_id, rbc, wbc, plt, nrbc, recognises_nrbc in session.execute(query)
    }


def _stands_at(status: SampleStatus) -> ColumnElement[bool]:
    """Whether a sample stands at a status, told from its images as ``sample_status`` in the services tells it.

    Each condition starts from the rarer side (unfinished, refused and failed images have an index).
    """
    has_pending = _has_image(FieldImageRecord.status.in_(UNFINISHED))
    own_images = exists().where(FieldImageRecord.sample_id == SampleRecord.id)
    has_started = own_images.where(FieldImageRecord.status != ImageStatus.QUEUED).correlate(SampleRecord)
    is_lost = FieldImageRecord.status.in_(WITHOUT_COUNTS)
    has_lost = _has_image(and_(is_lost, FieldImageRecord.set_aside_at.is_(None)))
    has_aside = _has_image(and_(is_lost, FieldImageRecord.set_aside_at.is_not(None)))
    has_any = own_images.correlate(SampleRecord)
    has_counted = has_any.where(FieldImageRecord.status == ImageStatus.COUNTED)
    stands_at: dict[SampleStatus, ColumnElement[bool]] = {
        SampleStatus.EMPTY: not_(has_any),
        SampleStatus.QUEUED: and_(has_pending, not_(has_started)),
        SampleStatus.COUNTING: and_(has_pending, has_started),
        SampleStatus.ATTENTION: and_(not_(has_pending), or_(has_lost, and_(has_aside, not_(has_counted)))),
        SampleStatus.READY: and_(has_counted, not_(has_pending), not_(has_lost)),
    }
    if status is SampleStatus.SIGNED:
        return is_signed()
    return and_(stands_at[status], not_(is_signed()))


def _has_image(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return SampleRecord.id.in_(select(FieldImageRecord.sample_id).where(condition))
