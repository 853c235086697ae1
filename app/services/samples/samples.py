"""Samples: register one, show one, find them again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.db.records import AnalysisRecord, FieldImageRecord, ReviewRecord, SampleRecord
from app.db.repositories import images, samples, signed_reports
from app.db.repositories.sample_search import ALL_SAMPLES, SampleFilter
from app.db.repositories.samples import ImageTotals
from app.errors import AccessionNumberTaken, InvalidInput
from app.schemas.audit import AuditAction
from app.schemas.counts import ClassCounts
from app.schemas.grading import GradingScheme
from app.schemas.patients import Age
from app.schemas.samples import (
    UNFINISHED,
    ImageStatus,
    ImageSummary,
    NewSample,
    SampleDetail,
    SamplePage,
    SampleStatus,
    SampleSummary,
)
from app.services.audit import record_event
from app.services.cursors import decode_cursor, encode_cursor
from app.services.figures.findings import count_intervals, pooled_differential, pooled_morphology
from app.services.figures.measurements import sample_measurements
from app.services.figures.reference_ranges import current_ranges
from app.services.figures.sample_figures import sample_figures
from app.services.reports.reports import sample_reports
from app.services.reviews.reviews import review_summary
from app.services.samples.acquisition_profiles import get_profile, require_usable_profile
from model.types import Notice

LARGEST_PAGE = 200


def create_sample(session: Session, *, new: NewSample) -> SampleSummary:
    """Register a sample under its accession number.

    Raises:
        AccessionNumberTaken: The number exists already, in whatever upper or lower case.
        InvalidInput: There is no such acquisition profile, or it is archived.
    """
    require_usable_profile(session, new.acquisition_profile_id)
    record = samples.add_sample(session, accession_number=new.accession_number, note=new.note, details=new)
    if record is None:
        existing = samples.get_sample_by_accession(session, new.accession_number)
        raise AccessionNumberTaken(existing.accession_number, existing.id)
    created = {name: value for name, value in new.model_dump(mode="json").items() if value is not None}
    record_event(session, AuditAction.SAMPLE_CREATED, subject_kind="sample", subject_id=record.id, new=created)
    return _summaries(session, [record])[0]


def sample_detail(session: Session, *, sample_id: int, scheme: GradingScheme | None = None) -> SampleDetail:
    """A sample with its images in upload order, and its counts, differential and morphology pooled over them.

    Without a ``scheme`` the morphology has no grades.

    Raises:
        SampleNotFound: There is no such sample.
    """
    record = samples.get_sample(session, sample_id)
    # One query for images and counts, so that the parts of a page never contradict each other.
    rows = images.list_images(session, sample_id)
    summaries = tuple(_image_summary(image, analysis, review) for image, analysis, review in rows)
    # A review has the same columns as its analysis and stands for it.
    counted = [review or analysis for _, analysis, review in rows if _image_counts(analysis) is not None and analysis]
    by_status: dict[ImageStatus, int] = {}
    for image in summaries:
        by_status[image.status] = by_status.get(image.status, 0) + 1
    counts = _pool([image.counts for image in summaries if image.counts is not None])
    differential = pooled_differential(counts, [found.differential for found in counted])
    measured = sample_measurements(session, sample_id=sample_id)
    reports = sample_reports(session, sample_id=sample_id)
    profile = get_profile(session, record.acquisition_profile_id) if record.acquisition_profile_id else None
    figures = sample_figures(
        summaries,
        counts,
        differential,
        measured=measured,
        profile=profile,
        ranges=current_ranges(session),
        sex=record.sex,
        age=_age(record),
    )
    totals = _totals([image for image, *_ in rows])
    # Not model_dump: it leaves out what is never published, such as whether the counts recognise nucleated red cells.
    return SampleDetail(
        **dict(_summary(record, by_status, counts, totals, is_signed=reports.is_signed)),
        count_intervals=count_intervals(counts) if counts else None,
        differential=differential,
        morphology=pooled_morphology([found.morphology for found in counted], scheme),
        figures=figures,
        measurements=measured,
        acquisition_profile=profile,
        images=summaries,
        report_versions=reports.versions,
        open_correction=reports.correction,
    )


def require_sample(session: Session, *, sample_id: int) -> None:
    """Make sure that a sample exists.

    Raises:
        SampleNotFound: There is no such sample.
    """
    samples.get_sample(session, sample_id)


def sample_signatures(session: Session, sample_ids: Sequence[int]) -> dict[int, tuple[object, ...]]:
    """For every sample with images: what differs whenever one of its images is new or has changed."""
    return images.image_signatures(session, sample_ids) if sample_ids else {}


def sample_history(
    session: Session,
    *,
    query: str | None = None,
    status: SampleStatus | None = None,
    wanted: SampleFilter = ALL_SAMPLES,
    after: str | None = None,
    limit: int = 50,
) -> SamplePage:
    """A page of samples, newest first.

    Args:
        session: The unit of work to read in.
        query: Part of the accession number or of the patient code, in any case; None or blank for every sample.
        status: Only samples that stand there now.
        wanted: What else is wanted of them; its part of the key is told from ``query``.
        after: The ``next_cursor`` of the page before; None or blank for the first page.
        limit: Most samples on the page, 1 to 200.

    Raises:
        InvalidInput: The cursor is none that a page gave, or the limit is out of range.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput("limit", f"A page has 1 to {LARGEST_PAGE} samples, not {limit}.")
    key_part = samples.accession_key("".join(filter(str.isprintable, query or "")).strip())
    before = decode_cursor(after) if after else None
    search = replace(wanted, key_part=key_part)
    found = samples.list_samples(session, search, status=status, before=before, limit=limit + 1)
    page = found[:limit]
    next_cursor = encode_cursor(page[-1].created_at, page[-1].id) if len(found) > limit else None
    return SamplePage(items=tuple(_summaries(session, page)), next_cursor=next_cursor)


def sample_status(
    images_by_status: Mapping[ImageStatus, int], set_aside: int = 0, *, is_signed: bool = False
) -> SampleStatus:
    """Where a sample stands, told from how many of its images stand where, and whether its newest report is signed.

    ``set_aside`` of the images without counts are no reason for attention, as long as another one is counted.
    """
    if is_signed:
        return SampleStatus.SIGNED
    present = {status for status, number in images_by_status.items() if number > 0}
    if not present:
        return SampleStatus.EMPTY
    if present & set(UNFINISHED):
        return SampleStatus.QUEUED if present == {ImageStatus.QUEUED} else SampleStatus.COUNTING
    lost = sum(number for status, number in images_by_status.items() if status is not ImageStatus.COUNTED)
    is_ready = ImageStatus.COUNTED in present and lost == set_aside
    return SampleStatus.READY if is_ready else SampleStatus.ATTENTION


def _summaries(session: Session, records: Sequence[SampleRecord]) -> list[SampleSummary]:
    ids = [record.id for record in records]
    by_status = samples.image_status_counts(session, ids)
    counts = samples.pooled_counts(session, ids)
    totals = samples.image_totals(session, ids)
    signed = signed_reports.signed_samples(session, ids)
    return [
        _summary(
            record,
            by_status.get(record.id, {}),
            counts.get(record.id),
            totals.get(record.id, ImageTotals()),
            is_signed=record.id in signed,
        )
        for record in records
    ]


def _summary(
    record: SampleRecord,
    by_status: Mapping[ImageStatus, int],
    counts: ClassCounts | None,
    totals: ImageTotals,
    *,
    is_signed: bool,
) -> SampleSummary:
    return SampleSummary(
        id=record.id,
        accession_number=record.accession_number,
        note=record.note,
        created_at=record.created_at,
        status=sample_status(by_status, totals.set_aside, is_signed=is_signed),
        counts=counts,
        images_total=sum(by_status.values()),
        images_by_status={status: by_status.get(status, 0) for status in ImageStatus},
        images_set_aside=totals.set_aside,
        warning_count=totals.warnings,
        unidentified_cells=totals.unidentified_cells,
        patient_code=record.patient_code,
        sex=record.sex,
        age_value=record.age_value,
        age_unit=record.age_unit,
        stain=record.stain,
        acquisition_profile_id=record.acquisition_profile_id,
    )


def _totals(images: Sequence[FieldImageRecord]) -> ImageTotals:
    return ImageTotals(
        set_aside=sum(image.set_aside_at is not None for image in images),
        warnings=sum(image.warning_count for image in images),
        unidentified_cells=sum(image.unidentified_cells for image in images),
    )


def _age(record: SampleRecord) -> Age | None:
    is_known = record.age_value is not None and record.age_unit is not None
    return Age(value=record.age_value or 0, unit=record.age_unit) if is_known and record.age_unit else None


def _image_summary(
    image: FieldImageRecord, analysis: AnalysisRecord | None, review: ReviewRecord | None
) -> ImageSummary:
    has_reason = image.reason_code is not None and image.reason_message is not None
    return ImageSummary(
        id=image.id,
        file_name=image.file_name,
        status=image.status,
        width=image.width,
        height=image.height,
        counts=_image_counts(review or analysis),
        review=review_summary(review) if review else None,
        reason=Notice(image.reason_code or "", image.reason_message or "") if has_reason else None,
        warnings=tuple(Notice(**warning) for warning in image.warnings),
        uploaded_at=image.uploaded_at,
        counted_at=analysis.created_at if analysis else None,
        queued_at=image.queued_at,
        started_at=image.started_at,
        changed_at=image.changed_at,
        set_aside_at=image.set_aside_at,
        erased_at=image.erased_at,
    )


def _image_counts(found: AnalysisRecord | ReviewRecord | None) -> ClassCounts | None:
    if found is None or found.rbc is None or found.wbc is None or found.plt is None:
        return None
    return ClassCounts(
        RBC=found.rbc,
        WBC=found.wbc,
        PLT=found.plt,
        NRBC=found.nrbc or 0,
        recognises_nrbc=found.nrbc is not None,
    )


def _pool(counts: Sequence[ClassCounts]) -> ClassCounts | None:
    if not counts:
        return None
    return ClassCounts(
        RBC=sum(one.RBC for one in counts),
        WBC=sum(one.WBC for one in counts),
        PLT=sum(one.PLT for one in counts),
        NRBC=sum(one.NRBC for one in counts),
        recognises_nrbc=all(one.recognises_nrbc for one in counts),
    )
