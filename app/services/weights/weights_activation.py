"""Which weights count: asking for it, approving it, and going back."""

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import WeightsActivationRecord, WeightsEvaluationRecord, WeightsReleaseRecord
from app.db.repositories import weights
from app.db.repositories.weights import ActiveKey
from app.schemas.actors import Actor, ActorKind
from app.schemas.audit import AuditAction
from app.schemas.weights import ActivationKind, ReleaseStatus
from app.schemas.weights_report import EvaluationReport
from app.services.accounts.acting import current_actor
from app.services.audit import record_event
from app.services.weights.weights_verdict import worse_findings
from app.settings import Settings
from app.weights_errors import (
    ActivationClosed,
    EvaluationOutdated,
    NothingToRollBack,
    ReleaseNotReady,
    SecondPersonNeeded,
    WeightsActive,
    WeightsWorse,
)

_LONGEST_REASON = 1000


def request_activation(session: Session, settings: Settings, *, release_id: int, reason: str = "") -> bool:
    """Let a release count from now on, or once a second person approves; whether it counts now.

    ``reason`` is needed where it is worse than the active weights.

    Raises:
        ReleaseNotFound: There is no such release.
        ReleaseNotReady: It is not checked and evaluated, or was refused.
        WeightsActive: It counts already.
        EvaluationOutdated: It was compared with others than the weights that are active.
        WeightsWorse: It is worse beyond the margin and there is no reason why it should count.
    """
    active = weights.lock_active(session)
    release = weights.get_release(session, release_id)
    evaluation = _usable_evaluation(session, active, release)
    worse = " ".join(worse_of(evaluation, settings)) or None
    reason = reason.strip()[:_LONGEST_REASON]
    if worse is not None and not reason:
        raise WeightsWorse(worse)
    actor = current_actor()
    activation = WeightsActivationRecord(
        kind=ActivationKind.ACTIVATION,
        release_id=release_id,
        evaluation_id=evaluation.id,
        requested_by=actor.name,
        requested_by_id=_account_of(actor),
        worse=worse,
        reason=reason or None,
    )
    session.add(activation)
    session.flush()
    if settings.weights_second_person:
        new = _values(release) | {"worse": worse}
        _note(session, AuditAction.WEIGHTS_REQUESTED, release_id, new=new, reason=activation.reason)
        return False
    _activate(session, active, activation)
    return True


def approve_activation(session: Session, *, activation_id: int) -> None:
    """As a second person, let the release of an activation count from now on.

    Raises:
        ActivationNotFound: There is no such activation.
        ActivationClosed: It was approved or declined already.
        SecondPersonNeeded: Who approves is who asked, or no person who is signed in.
        EvaluationOutdated: Others have become active since it was asked for.
        ReleaseNotReady: The release was refused meanwhile.
        WeightsActive: It counts already.
    """
    active = weights.lock_active(session)
    activation = _open_activation(session, activation_id)
    actor = current_actor()
    if not actor.is_person or _is_requester(activation, actor):
        raise SecondPersonNeeded
    if activation.release_id is not None:
        _usable_evaluation(session, active, weights.get_release(session, activation.release_id))
    activation.approved_by, activation.approved_at = actor.name, utc_now()
    _activate(session, active, activation)


def decline_activation(session: Session, *, activation_id: int) -> None:
    """Let an activation that waits come to nothing; who asked for it may do so too.

    Raises:
        ActivationNotFound: There is no such activation.
        ActivationClosed: It was approved or declined already.
    """
    weights.lock_active(session)
    activation = _open_activation(session, activation_id)
    activation.declined_by, activation.declined_at = current_actor().name, utc_now()
    _note(session, AuditAction.WEIGHTS_DECLINED, activation.release_id, new={"activation": activation_id})


def roll_back(session: Session, *, reason: str = "", to_origin: bool = False) -> int | None:
    """Let those weights count again that did before; their number, None for those that came with the installation.

    It takes one person and no evaluation: they have counted before, and it may be urgent. A second time it goes back
    one further, never to weights that were rolled back from; ``to_origin`` goes all the way.

    Raises:
        NothingToRollBack: The weights that came with the installation count.
    """
    active = weights.lock_active(session)
    if active.release_id is None:
        raise NothingToRollBack
    actor = current_actor()
    activation = WeightsActivationRecord(
        kind=ActivationKind.ROLLBACK,
        release_id=None if to_origin else former_release(session),
        evaluation_id=None,
        requested_by=actor.name,
        requested_by_id=_account_of(actor),
        worse=None,
        reason=reason.strip()[:_LONGEST_REASON] or None,
    )
    session.add(activation)
    session.flush()
    _activate(session, active, activation)
    return activation.release_id


def former_release(session: Session) -> int | None:
    """What a rollback leads to: the release that counted before the active one, None for the installation's own.

    The history is read as a pile: an activation lays one on top, a rollback takes the topmost off, or all of them.
    """
    pile: list[int | None] = []
    for kind, release_id in weights.list_held(session):
        if kind is ActivationKind.ROLLBACK:
            pile = [] if release_id is None else pile[:-1]
        else:
            pile.append(release_id)
    return pile[-2] if len(pile) > 1 else None


def worse_of(evaluation: WeightsEvaluationRecord, settings: Settings) -> tuple[str, ...]:
    """In what a release was found worse than the weights that it was compared with."""
    report = EvaluationReport.model_validate_json(evaluation.report_json)
    return worse_findings(report, margin_points=settings.weights_margin_points)


def is_of_active(session: Session, active: ActiveKey, evaluation: WeightsEvaluationRecord) -> bool:
    """Whether an evaluation compares with the weights that are active now."""
    if active.release_id is not None:
        return weights.get_release(session, active.release_id).sha256 == evaluation.baseline_sha256
    # Which ones the installation's own are, only those who count know.
    sha256 = evaluation.baseline_sha256
    counting = weights.list_counting(session)
    return not weights.is_added(session, sha256) and (not counting or sha256 in counting)


def _usable_evaluation(session: Session, active: ActiveKey, release: WeightsReleaseRecord) -> WeightsEvaluationRecord:
    if active.release_id == release.id:
        raise WeightsActive
    if release.status is not ReleaseStatus.READY:
        why = release.reason_message or f"they are {release.status}; wait until they are checked and evaluated."
        raise ReleaseNotReady(release.id, why)
    evaluation = weights.find_evaluation(session, release.id)
    if evaluation is None or not is_of_active(session, active, evaluation):
        raise EvaluationOutdated(release.id)
    return evaluation


def _activate(session: Session, before: ActiveKey, activation: WeightsActivationRecord) -> None:
    activation.activated_at = utc_now()
    weights.set_active(session, activation.id)
    is_rollback = activation.kind is ActivationKind.ROLLBACK
    _note(
        session,
        AuditAction.WEIGHTS_ROLLED_BACK if is_rollback else AuditAction.WEIGHTS_ACTIVATED,
        activation.release_id,
        old=_values_of(session, before.release_id),
        new=_values_of(session, activation.release_id)
        | {"worse": activation.worse, "requested_by": activation.requested_by},
        reason=activation.reason,
    )


def _open_activation(session: Session, activation_id: int) -> WeightsActivationRecord:
    activation = weights.get_activation(session, activation_id)
    if activation.activated_at is not None:
        raise ActivationClosed("approved")
    if activation.declined_at is not None:
        raise ActivationClosed("declined")
    return activation


def _is_requester(activation: WeightsActivationRecord, actor: Actor) -> bool:
    return activation.requested_by_id == actor.id or activation.requested_by == actor.name


def _account_of(actor: Actor) -> int | None:
    return actor.id if actor.kind is ActorKind.ACCOUNT else None


def _values_of(session: Session, release_id: int | None) -> dict[str, object]:
    if release_id is None:
        return {"weights": "those of the installation"}
    return _values(weights.get_release(session, release_id))


def _values(release: WeightsReleaseRecord) -> dict[str, object]:
    return {"weights": f"{release.name} {release.version}", "sha256": release.sha256}


def _note(
    session: Session,
    action: AuditAction,
    release_id: int | None,
    *,
    old: dict[str, object] | None = None,
    new: dict[str, object] | None = None,
    reason: str | None = None,
) -> None:
    record_event(session, action, subject_kind="weights", subject_id=release_id, old=old, new=new, reason=reason)
