"""What becomes of weights in quarantine: found sound or refused, evaluated or not; each step is in the audit trail."""

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import WeightsEvaluationRecord
from app.db.repositories import weights
from app.schemas.audit import AuditAction
from app.schemas.weights import UNJUDGED, ReleaseStatus
from app.schemas.weights_report import EvaluationReport
from app.services.audit import record_event
from app.weights_errors import ReleaseNotReady, WeightsActive
from model.types import Notice, WeightsIdentity


def ask_for_evaluation(session: Session, *, release_id: int) -> None:
    """Let weights be checked and evaluated again, beside those that are active now.

    Raises:
        ReleaseNotFound: There is no such release.
        ReleaseNotReady: It was refused, so that its file is gone.
        WeightsActive: It is active, and would be compared with itself.
    """
    active = weights.lock_active(session)
    release = weights.get_release(session, release_id)
    if active.release_id == release_id:
        raise WeightsActive
    if release.storage_key is None:
        raise ReleaseNotReady(release_id, "their file was refused and deleted; add a better one.")
    if release.status in UNJUDGED:
        return
    release.status, release.attempts, release.leased_until = ReleaseStatus.QUARANTINED, 0, None
    release.reason_code = release.reason_message = None
    release.fields_done = release.fields_total = 0
    record_event(session, AuditAction.WEIGHTS_EVALUATION_ASKED, subject_kind="weights", subject_id=release_id)


def record_refusal(session: Session, *, release_id: int, reason: Notice) -> str | None:
    """Refuse weights for good; the key under which their file is still in quarantine, to be deleted."""
    release = weights.get_release(session, release_id)
    key, release.storage_key = release.storage_key, None
    release.status, release.leased_until, release.judged_at = ReleaseStatus.REFUSED, None, utc_now()
    release.reason_code, release.reason_message = reason.code, reason.message
    new = {"outcome": "refused", "code": reason.code, "sha256": release.sha256}
    record_event(
        session,
        AuditAction.WEIGHTS_CHECKED,
        subject_kind="weights",
        subject_id=release_id,
        new=new,
        reason=reason.message,
    )
    return key


def record_soundness(session: Session, *, release_id: int, identity: WeightsIdentity, storage_key: str) -> None:
    """Note that weights passed every check, under which name, and where their file is kept from now on."""
    release = weights.get_release(session, release_id)
    release.name, release.version, release.storage_key = identity.name, identity.version, storage_key
    release.status = ReleaseStatus.EVALUATING
    new = {"outcome": "sound", "weights": f"{identity.name} {identity.version}", "sha256": identity.sha256}
    record_event(session, AuditAction.WEIGHTS_CHECKED, subject_kind="weights", subject_id=release_id, new=new)


def record_evaluation(session: Session, *, release_id: int, report: EvaluationReport) -> None:
    """Keep how weights counted the golden fields; from now on they can be activated."""
    release = weights.get_release(session, release_id)
    session.add(
        WeightsEvaluationRecord(
            release_id=release_id,
            baseline_name=report.baseline.name,
            baseline_version=report.baseline.version,
            baseline_sha256=report.baseline.sha256,
            report_json=report.model_dump_json(),
        )
    )
    release.status, release.leased_until, release.judged_at = ReleaseStatus.READY, None, utc_now()
    new = {
        "fields": report.fields,
        "fields_that_changed": len(report.changed),
        "beside": f"{report.baseline.name} {report.baseline.version}",
    }
    record_event(session, AuditAction.WEIGHTS_EVALUATED, subject_kind="weights", subject_id=release_id, new=new)


def record_failure(session: Session, *, release_id: int, reason: Notice) -> None:
    """Note that weights could not be judged, which says nothing about them; they can be evaluated again."""
    release = weights.get_release(session, release_id)
    release.status, release.leased_until, release.judged_at = ReleaseStatus.FAILED, None, utc_now()
    release.reason_code, release.reason_message = reason.code, reason.message
    record_event(
        session,
        AuditAction.WEIGHTS_FAILED,
        subject_kind="weights",
        subject_id=release_id,
        new={"code": reason.code},
        reason=reason.message,
    )


def named_alike(session: Session, *, release_id: int, identity: WeightsIdentity) -> int | None:
    """Another release of this name and version, whose results could not be told from those of this one."""
    other = weights.find_named(session, identity.name, identity.version, but=release_id)
    return None if other is None else other.id
