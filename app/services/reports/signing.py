"""Signing a sample's result: frozen as it was shown, in one transaction; and opening a correction of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import ReportCorrectionRecord, SignedReportRecord
from app.db.repositories import samples, signed_reports
from app.db.session import UnitOfWorkFactory
from app.errors import InvalidInput
from app.report_errors import ChecksNotAcknowledged, NothingToCorrect, ReportOutdated, SampleSigned, SigningBlocked
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.schemas.grading import GradingScheme
from app.schemas.signed_reports import (
    MOST_PICTURES,
    OpenCorrection,
    ReplacedVersion,
    ReportChange,
    ReportContent,
    ReportPicture,
    Signature,
    SignedContent,
    SignRequest,
)
from app.services.audit import record_event
from app.services.reports.canonical_json import canonical_json, sha256_of
from app.services.reports.report_changes import compute_changes
from app.services.reports.report_drafts import build_draft, sample_state
from app.services.reports.signature_meanings import chosen_meaning

LONGEST_REASON = 500


def sign_report(
    unit_of_work: UnitOfWorkFactory,
    *,
    sample_id: int,
    request: SignRequest,
    actor: Actor,
    scheme: GradingScheme | None = None,
    laboratory: str | None = None,
    second_reading: str = "optional",
) -> int:
    """Sign the sample's result as it was shown, and return the version that this makes.

    The result is read first; then, while nobody can change the sample, its state is compared with what was read. The
    caller has asked for the password.

    Raises:
        SampleNotFound: There is no such sample.
        SampleSigned: It is signed already.
        SigningBlocked: Something forbids the signature.
        ReportOutdated: The result is not what was shown any more.
        ChecksNotAcknowledged: Not everything that has to be known was acknowledged.
        InvalidInput: The meaning is none, or the images are too many or not of this sample.
    """
    with unit_of_work() as session:
        if signed_reports.signed_samples(session, [sample_id]):
            raise SampleSigned(sample_id)
        draft = build_draft(
            session, sample_id=sample_id, scheme=scheme, laboratory=laboratory, second_reading=second_reading
        )
    if draft.sha256 != request.shown_sha256:
        raise ReportOutdated
    _require_acknowledged(draft.content, request)
    meaning, pictures = chosen_meaning(request.meaning), _pictures(draft.content, request.picture_ids)
    with unit_of_work() as session:
        signed_reports.hold_sample(session, sample_id)
        if signed_reports.signed_samples(session, [sample_id]):
            raise SampleSigned(sample_id)
        if sample_state(session, sample_id) != draft.state:
            raise ReportOutdated
        signature = Signature(
            signer=actor.name,
            full_name=actor.full_name,
            account_id=actor.id or 0,
            role=actor.role.value if actor.role else "",
            meaning=meaning,
            signed_at=utc_now(),
        )
        chosen = {"pictures": pictures, "draws_cells": request.draws_cells and bool(pictures)}
        return _keep(session, sample_id, draft.content, chosen, signature)


def open_correction(session: Session, *, sample_id: int, reason: str, actor: Actor) -> OpenCorrection:
    """Let a signed sample be changed again, for a reason; its signed version stays as it is.

    Raises:
        SampleNotFound: There is no such sample.
        InvalidInput: The reason is missing, too long or holds characters that cannot be seen.
        NothingToCorrect: The sample is not signed, or a correction is open already.
    """
    samples.get_sample(session, sample_id)
    told = _checked_reason(reason)
    signed_reports.hold_sample(session, sample_id)
    newest = signed_reports.find_newest_report(session, sample_id)
    if newest is None:
        raise NothingToCorrect(is_open=False)
    if not signed_reports.signed_samples(session, [sample_id]):
        raise NothingToCorrect(is_open=True)
    record = ReportCorrectionRecord(sample_id=sample_id, version=newest.version, reason=told, opened_by=actor.name)
    session.add(record)
    record_event(
        session,
        AuditAction.CORRECTION_OPENED,
        subject_kind="sample",
        subject_id=sample_id,
        old={"version": newest.version, "sha256": newest.sha256},
        reason=told,
    )
    return OpenCorrection(version=record.version, reason=told, opened_by=record.opened_by, opened_at=record.opened_at)


def _require_acknowledged(content: ReportContent, request: SignRequest) -> None:
    blocking = [check.message for check in content.checks if check.is_blocking]
    if blocking:
        raise SigningBlocked(blocking)
    missing = [check.title for check in content.checks if check.code not in request.acknowledged]
    if missing:
        raise ChecksNotAcknowledged(missing)


def _pictures(content: ReportContent, image_ids: Sequence[int]) -> tuple[ReportPicture, ...]:
    if len(set(image_ids)) > MOST_PICTURES:
        raise InvalidInput(
            "pictures", f"You chose {len(set(image_ids))} images; a report shows at most {MOST_PICTURES}."
        )
    shown = {field.image_id: field for field in content.fields if field.counts is not None}
    if not set(image_ids) <= set(shown):
        raise InvalidInput("pictures", "An image was chosen that is not a counted image of this sample.")
    return tuple(ReportPicture(image_id=one, sha256=shown[one].sha256) for one in dict.fromkeys(image_ids))


def _keep(
    session: Session,
    sample_id: int,
    content: ReportContent,
    chosen: Mapping[str, Any],
    signature: Signature,
) -> int:
    replaces, changes = _replaced(session, sample_id, content)
    version = replaces.version + 1 if replaces else 1
    parts: Mapping[str, Any] = dict(content)
    signed = SignedContent(**parts, **chosen, version=version, replaces=replaces, changes=changes, signature=signature)
    snapshot = canonical_json(signed)
    record = SignedReportRecord(
        sample_id=sample_id,
        version=version,
        signer_id=signature.account_id,
        signer=signature.signer,
        meaning=signature.meaning.id,
        signed_at=signature.signed_at,
        snapshot=snapshot,
        sha256=sha256_of(snapshot),
    )
    session.add(record)
    session.flush()
    new = {"version": version, "sha256": record.sha256, "meaning": record.meaning}
    reason = replaces.reason if replaces else None
    record_event(
        session, AuditAction.REPORT_SIGNED, subject_kind="sample", subject_id=sample_id, new=new, reason=reason
    )
    return version


def _replaced(
    session: Session, sample_id: int, content: ReportContent
) -> tuple[ReplacedVersion | None, tuple[ReportChange, ...]]:
    former = signed_reports.find_newest_report(session, sample_id)
    if former is None:
        return None, ()
    correction = signed_reports.list_corrections(session, sample_id)[-1]
    replaces = ReplacedVersion(
        version=former.version,
        sha256=former.sha256,
        signed_at=former.signed_at,
        signer=former.signer,
        reason=correction.reason,
        opened_by=correction.opened_by,
        opened_at=correction.opened_at,
    )
    return replaces, compute_changes(SignedContent.model_validate_json(former.snapshot), content)


def _checked_reason(reason: str) -> str:
    told = " ".join(reason.split())
    if not told:
        raise InvalidInput("reason", "Say why the signed report has to be corrected; the reason stands on the new one.")
    if len(told) > LONGEST_REASON:
        raise InvalidInput("reason", f"The reason has {len(told)} characters; at most {LONGEST_REASON} are allowed.")
    if not told.isprintable():
        raise InvalidInput("reason", "The reason holds characters that cannot be seen. Type it again by hand.")
    return told
