"""Looking back: a patient's results, this one beside the last, and what was counted on an image before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.records import AnalysisRecord, ReviewRecord, SampleRecord
from app.db.repositories import analyses, images, past_results, samples
from app.schemas.counts import ClassCounts
from app.schemas.delta_checks import DeltaRules
from app.schemas.look_back import EarlierCount, LookBack, PastResult, WeightsUse
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus, SampleStatus
from app.services.figures.quantities import sample_quantities
from app.services.quality.delta_checks import delta_check
from app.services.quality.look_back_errors import AnalysisNotFound
from app.services.reviews.reviews import with_review
from app.services.samples.samples import sample_detail

MOST_RESULTS = 24
"""Samples of one patient on a page; each is pooled anew from its images."""

_SECONDS_PER_DAY = 86_400.0
_UNFINISHED = (SampleStatus.EMPTY, SampleStatus.QUEUED, SampleStatus.COUNTING)


@dataclass(frozen=True, slots=True)
class OldAnalysis:
    """One analysis of one image with its weights and thresholds, and its cells as persons left them."""

    image_id: int
    sample_id: int
    file_name: str
    width: int | None
    height: int | None
    weights_name: str
    weights_version: str
    weights_sha256: str
    thresholds: dict[str, float]
    counted_at: datetime
    record: ResultRecord
    is_newest: bool
    erased_at: datetime | None


def look_back(session: Session, *, sample_id: int, rules: DeltaRules | None) -> LookBack:
    """A sample beside the earlier ones of its patient; alone where it has no patient code.

    Raises:
        SampleNotFound: There is no such sample.
    """
    sample = samples.get_sample(session, sample_id)
    key = sample.patient_key
    found = list(past_results.list_of_patient(session, key, limit=MOST_RESULTS)) if key else []
    if sample.id not in {one.id for one in found}:
        found.append(sample)
    results = _results(session, sorted(found, key=_age))
    current = next(one for one in results if one.sample_id == sample_id)
    place = results.index(current)
    last = next((one for one in reversed(results[:place]) if one.is_final and one.quantities), None)
    days = (current.registered_at - last.registered_at).total_seconds() / _SECONDS_PER_DAY if last else None
    total = past_results.count_of_patient(session, key) if key else 1
    return LookBack(
        sample_id=sample_id,
        patient_code=sample.patient_code,
        results=tuple(results),
        left_out=total - len(results),
        last=last,
        days_since_last=days,
        deltas=delta_check(current.quantities, last.quantities, days=days or 0.0, rules=rules) if last else (),
        earlier_counts=_earlier_counts(session, sample_id),
    )


def old_analysis(session: Session, *, image_id: int, analysis_id: int) -> OldAnalysis:
    """An analysis of an image as it was, whatever has counted the image since.

    Raises:
        ImageNotFound: There is no such image.
        AnalysisNotFound: It has no such analysis.
    """
    image = images.get_image(session, image_id)
    analysis = past_results.find_analysis(session, image_id=image_id, analysis_id=analysis_id)
    if analysis is None:
        raise AnalysisNotFound(image_id, analysis_id)
    record = ResultRecord.model_validate_json(analysis.result_json)
    newest = analyses.find_newest_analysis(session, image_id)
    return OldAnalysis(
        image_id=image_id,
        sample_id=image.sample_id,
        file_name=image.file_name,
        width=record.width,
        height=record.height,
        weights_name=analysis.weights_name,
        weights_version=analysis.weights_version,
        weights_sha256=analysis.weights_sha256,
        thresholds=analysis.thresholds or {},
        counted_at=analysis.created_at,
        record=with_review(session, analysis, record),
        is_newest=newest is analysis,
        erased_at=image.erased_at,
    )


def _age(record: SampleRecord) -> tuple[datetime, int]:
    return record.created_at, record.id


def _results(session: Session, records: Sequence[SampleRecord]) -> list[PastResult]:
    weights: dict[int, list[WeightsUse]] = {}
    for sample_id, name, version, sha256, number in past_results.weights_in_use(session, [one.id for one in records]):
        use = WeightsUse(name=name, version=version, sha256=sha256, images=number)
        weights.setdefault(sample_id, []).append(use)
    return [_result(session, record, tuple(weights.get(record.id, ()))) for record in records]


def _result(session: Session, record: SampleRecord, weights: tuple[WeightsUse, ...]) -> PastResult:
    detail = sample_detail(session, sample_id=record.id)
    return PastResult(
        sample_id=record.id,
        accession_number=record.accession_number,
        registered_at=record.created_at,
        status=detail.status,
        is_final=detail.status not in _UNFINISHED,
        counts=detail.counts,
        images=detail.images_by_status.get(ImageStatus.COUNTED, 0),
        quantities=sample_quantities(detail),
        weights=weights,
    )


def _earlier_counts(session: Session, sample_id: int) -> tuple[EarlierCount, ...]:
    """Every analysis of every image: the one that stands, and those that newer weights replaced."""
    rows = past_results.list_analyses(session, sample_id)
    newest = {image.id: analysis.id for analysis, _, image in rows}
    return tuple(
        EarlierCount(
            analysis_id=analysis.id,
            image_id=image.id,
            file_name=image.file_name,
            weights=f"{analysis.weights_name} {analysis.weights_version}",
            counted_at=analysis.created_at,
            counts=_counts(review or analysis),
            is_newest=newest[image.id] == analysis.id,
        )
        for analysis, review, image in rows
    )


def _counts(found: AnalysisRecord | ReviewRecord) -> ClassCounts | None:
    if found.rbc is None or found.wbc is None or found.plt is None:
        return None
    return ClassCounts(
        RBC=found.rbc, WBC=found.wbc, PLT=found.plt, NRBC=found.nrbc or 0, recognises_nrbc=found.nrbc is not None
    )
