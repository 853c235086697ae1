"""The weights at one moment: which count, where, since when, and which could."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from app.db.clock import database_now
from app.db.records import WeightsActivationRecord, WeightsReleaseRecord
from app.db.repositories import golden_fields, weights
from app.db.repositories.workers import SILENT_AFTER_S, list_workers
from app.schemas.weights_overview import (
    ActivationSummary,
    GoldenSummary,
    ReleaseDetail,
    ReleaseSummary,
    WeightsOverview,
    WorkerWeights,
)
from app.schemas.weights_report import EvaluationReport
from app.services.weights.weights_activation import former_release, is_of_active, worse_of
from app.settings import Settings
from model.types import Notice

OWN_WEIGHTS = "The weights that came with this installation"
_HISTORY = 50


def weights_overview(session: Session) -> WeightsOverview:
    """Everything that the page of the weights shows."""
    active = weights.find_active(session)
    releases = tuple(_release(record, active.release_id) for record in weights.list_releases(session))
    titles = {release.id: release.title for release in releases}
    held = None if active.activation_id is None else weights.get_activation(session, active.activation_id)
    former = former_release(session)
    return WeightsOverview(
        active=None if held is None else _activation(held, titles),
        active_release=next((release for release in releases if release.is_active), None),
        rolls_back_to=None if active.release_id is None else _title(former, titles),
        waiting=_activations(weights.list_waiting_activations(session), titles),
        releases=releases,
        history=_activations(weights.list_activations(session, limit=_HISTORY), titles),
        workers=_workers(session),
        golden=tuple(
            GoldenSummary(
                image_id=row.image.id,
                sample_id=row.image.sample_id,
                accession_number=row.accession_number,
                file_name=row.image.file_name,
                cells=len(row.field.reference_cells),
                marked_by=row.field.marked_by,
                marked_at=row.field.marked_at,
            )
            for row in golden_fields.list_live(session)
        ),
    )


def release_detail(session: Session, settings: Settings, *, release_id: int) -> ReleaseDetail:
    """One release with its newest evaluation.

    Raises:
        ReleaseNotFound: There is no such release.
    """
    active = weights.find_active(session)
    record = weights.get_release(session, release_id)
    release = _release(record, active.release_id)
    evaluation = weights.find_evaluation(session, release_id)
    waiting = [one for one in weights.list_waiting_activations(session) if one.release_id == release_id]
    return ReleaseDetail(
        release=release,
        report=None if evaluation is None else EvaluationReport.model_validate_json(evaluation.report_json),
        evaluated_at=None if evaluation is None else evaluation.finished_at,
        worse=() if evaluation is None else worse_of(evaluation, settings),
        is_comparable=evaluation is not None and is_of_active(session, active, evaluation),
        waiting=_activations(waiting, {release_id: release.title}),
    )


def _release(record: WeightsReleaseRecord, active_id: int | None) -> ReleaseSummary:
    return ReleaseSummary(
        id=record.id,
        file_name=record.file_name,
        name=record.name,
        version=record.version,
        sha256=record.sha256,
        byte_size=record.byte_size,
        status=record.status,
        reason=Notice(record.reason_code, record.reason_message or "") if record.reason_code else None,
        uploaded_by=record.uploaded_by,
        uploaded_at=record.uploaded_at,
        fields_done=record.fields_done,
        fields_total=record.fields_total,
        is_active=record.id == active_id,
    )


def _activations(
    records: Iterable[WeightsActivationRecord], titles: Mapping[int, str]
) -> tuple[ActivationSummary, ...]:
    return tuple(_activation(record, titles) for record in records)


def _activation(record: WeightsActivationRecord, titles: Mapping[int, str]) -> ActivationSummary:
    return ActivationSummary(
        id=record.id,
        kind=record.kind,
        release_id=record.release_id,
        title=_title(record.release_id, titles),
        requested_by=record.requested_by,
        requested_at=record.requested_at,
        worse=record.worse,
        reason=record.reason,
        approved_by=record.approved_by,
        declined_by=record.declined_by,
        activated_at=record.activated_at,
    )


def _title(release_id: int | None, titles: Mapping[int, str]) -> str:
    return OWN_WEIGHTS if release_id is None else titles[release_id]


def _workers(session: Session) -> tuple[WorkerWeights, ...]:
    now = database_now(session)
    return tuple(
        WorkerWeights(
            executor_id=record.executor_id,
            is_alive=(now - record.beat_at).total_seconds() <= SILENT_AFTER_S,
            weights=record.weights,
            sha256=record.weights_sha256,
            device=record.device,
            problem=record.weights_problem,
            last_sign_at=record.beat_at,
        )
        for record in list_workers(session)
    )
