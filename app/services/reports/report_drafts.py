"""What a sample's report would say now, with everything needed to judge it, and the state that it was read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.records import AnalysisRecord, FieldImageRecord, ReviewRecord, SampleRecord
from app.db.repositories import images, samples
from app.report_errors import ReportOutdated
from app.resources import INTENDED_USE, app_version
from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.counts import ClassCounts
from app.schemas.findings import Interval
from app.schemas.grading import GradingScheme
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageSummary
from app.schemas.sign_checks import SignCheck
from app.schemas.signed_reports import (
    ReportAcquisition,
    ReportContent,
    ReportField,
    ReportSample,
    ReportScheme,
    ReportWeights,
)
from app.services.figures.measurements import sample_measurements
from app.services.figures.reference_ranges import current_ranges
from app.services.reports.canonical_json import canonical_json, sha256_of
from app.services.reports.report_method import METHOD
from app.services.reports.second_reading_check import second_reading_checks
from app.services.reports.sign_checks import FieldFacts, compute_sign_checks, field_facts
from app.services.reviews.cells_as_reviewed import cells_sha256, record_at_revision
from app.services.reviews.second_readings import finished_readings
from app.services.samples.acquisition_profiles import get_profile
from app.services.samples.samples import sample_detail

COUNT_CODES = ("RBC", "WBC", "PLT", "NRBC")
_INTERVAL_DECIMALS = 4

SampleState = tuple[object, ...]
"""Differs whenever anything that a report says of a sample may differ: quickly read, and enough to compare."""

_Row = tuple[FieldImageRecord, AnalysisRecord | None, ReviewRecord | None]


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report before its signature: what it says, the hash of that, and the state that it was read from."""

    content: ReportContent
    sha256: str
    state: SampleState


def sample_state(session: Session, sample_id: int) -> SampleState:
    """The state of a sample as it is in the database now.

    Raises:
        SampleNotFound: There is no such sample.
    """
    record = samples.get_sample(session, sample_id)
    return _state_of(session, record, images.list_images(session, sample_id))


def build_draft(
    session: Session,
    *,
    sample_id: int,
    scheme: GradingScheme | None = None,
    laboratory: str | None = None,
    second_reading: str = "optional",
) -> ReportDraft:
    """What the sample's report would say now. Results are read one after the other, each let go before the next.

    ``second_reading`` is the setting of that name: where it is ``required``, a sample without one cannot be signed.

    Raises:
        SampleNotFound: There is no such sample.
        ReportOutdated: Somebody changed the sample while it was read.
    """
    record = samples.get_sample(session, sample_id)
    rows = images.list_images(session, sample_id)
    state = _state_of(session, record, rows)
    detail = sample_detail(session, sample_id=sample_id, scheme=scheme)
    summaries = {image.id: image for image in detail.images}
    fields: list[ReportField] = []
    facts: dict[int, FieldFacts] = {}
    for image, analysis, review in rows:
        found = _record_of(session, analysis, review)
        if found is not None and found.counts is not None:
            facts[image.id] = field_facts(found)
        fields.append(_field(summaries[image.id], image.sha256, analysis, review, found))
    content = ReportContent(
        laboratory=laboratory,
        app_version=app_version(),
        sample=_sample(record, detail.acquisition_profile),
        fields=tuple(fields),
        counts=_shown(detail.counts),
        count_intervals=_rounded(detail.count_intervals),
        differential=detail.differential,
        morphology=detail.morphology,
        grading_scheme=_scheme(scheme) if detail.morphology and detail.morphology.scheme else None,
        figures=detail.figures,
        measurements=detail.measurements,
        weights=_weights(rows, facts),
        method=METHOD,
        intended_use=INTENDED_USE,
        checks=(*_second_reading_checks(session, sample_id, second_reading), *compute_sign_checks(detail, facts)),
    )
    return ReportDraft(content, sha256_of(canonical_json(content)), state)


def _second_reading_checks(session: Session, sample_id: int, wanted: str) -> tuple[SignCheck, ...]:
    found = finished_readings(session, sample_id=sample_id)
    return second_reading_checks(sample_id, found, is_required=wanted == "required")


def _state_of(session: Session, record: SampleRecord, rows: Sequence[_Row]) -> SampleState:
    registered = tuple(getattr(record, column.key) for column in SampleRecord.__table__.columns)
    profile_id = record.acquisition_profile_id
    entered = (
        sample_measurements(session, sample_id=record.id).model_dump_json(),
        get_profile(session, profile_id).model_dump_json() if profile_id is not None else "",
        current_ranges(session).version,
        tuple(reading.id for reading in finished_readings(session, sample_id=record.id)),
    )
    standing = tuple(
        (image.id, image.status, image.set_aside_at, analysis.id if analysis else 0, review.revision if review else 0)
        for image, analysis, review in rows
    )
    return (*registered, *entered, *standing)


def _record_of(session: Session, analysis: AnalysisRecord | None, review: ReviewRecord | None) -> ResultRecord | None:
    """The result as persons left it; its counts have to be those that the database's columns hold."""
    if analysis is None:
        return None
    found = record_at_revision(session, analysis, review.revision if review else 0)
    session.expire(analysis, ["result_json"])  # megabytes, which nobody needs twice
    columns = review or analysis
    if found.counts is not None and (
        columns.rbc,
        columns.wbc,
        columns.plt,
    ) != (found.counts.RBC, found.counts.WBC, found.counts.PLT):
        raise ReportOutdated
    return found


def _field(
    image: ImageSummary,
    sha256: str,
    analysis: AnalysisRecord | None,
    review: ReviewRecord | None,
    record: ResultRecord | None,
) -> ReportField:
    columns = review or analysis
    is_counted = record is not None and record.counts is not None
    return ReportField(
        image_id=image.id,
        file_name=image.file_name,
        sha256=sha256,
        width=image.width,
        height=image.height,
        status=image.status.value,
        is_set_aside=image.set_aside_at is not None,
        reason=image.reason,
        warnings=image.warnings,
        counts=_shown(image.counts),
        differential=columns.differential if columns and is_counted else None,
        morphology=columns.morphology if columns and is_counted else None,
        head_counts=record.head_counts if record else None,
        counted_at=image.counted_at,
        analysis_id=analysis.id if analysis else None,
        revision=review.revision if review else 0,
        review=image.review,
        cells_sha256=cells_sha256(record.cells) if record and is_counted else None,
        weights_sha256=record.model.sha256 if record else None,
    )


def _sample(record: SampleRecord, profile: AcquisitionProfile | None) -> ReportSample:
    return ReportSample(
        id=record.id,
        accession_number=record.accession_number,
        patient_code=record.patient_code,
        sex=record.sex.value if record.sex else None,
        age_value=record.age_value,
        age_unit=record.age_unit.value if record.age_unit else None,
        stain=record.stain,
        note=record.note,
        registered_at=record.created_at,
        acquisition=ReportAcquisition(
            name=profile.name,
            objective=profile.objective,
            um_per_px=profile.um_per_px,
            field_area_mm2=profile.field_area_mm2,
        )
        if profile
        else None,
    )


def _weights(rows: Sequence[_Row], facts: Mapping[int, FieldFacts]) -> tuple[ReportWeights, ...]:
    """Each weights file that counted a field, with its thresholds and on how many fields."""
    found: dict[str, ReportWeights] = {}
    for image, analysis, _ in rows:
        if analysis is None or image.id not in facts:
            continue
        thresholds = dict(sorted((analysis.thresholds or {}).items()))
        key = f"{analysis.weights_sha256} {canonical_json(thresholds)}"
        before = found.get(key)
        engine = facts[image.id].engine
        engines = {*(before.engines if before else ()), *((engine,) if engine else ())}
        found[key] = ReportWeights(
            name=analysis.weights_name,
            version=analysis.weights_version,
            sha256=analysis.weights_sha256,
            thresholds=thresholds,
            engines=tuple(sorted(engines)),
            fields=(before.fields if before else 0) + 1,
        )
    return tuple(found[key] for key in sorted(found))


def _scheme(scheme: GradingScheme | None) -> ReportScheme | None:
    if scheme is None:
        return None
    return ReportScheme(
        id=scheme.id,
        version=scheme.version,
        title=scheme.title,
        source=scheme.source,
        sha256=sha256_of(canonical_json(scheme)),
    )


def _shown(counts: ClassCounts | None) -> dict[str, int | None] | None:
    return None if counts is None else {code: counts.shown(code) for code in COUNT_CODES}


def _rounded(intervals: Mapping[str, Interval | None] | None) -> dict[str, Interval | None] | None:
    if intervals is None:
        return None
    return {code: _rounded_ends(one) if one else None for code, one in intervals.items()}


def _rounded_ends(interval: Interval) -> Interval:
    return Interval(low=round(interval.low, _INTERVAL_DECIMALS), high=round(interval.high, _INTERVAL_DECIMALS))
