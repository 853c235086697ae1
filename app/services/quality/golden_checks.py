"""Checks of the golden fields: compare with what was recorded, keep the outcome, tell what differs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.db.records import QcResultRecord
from app.db.repositories import qc_results
from app.errors import InvalidInput
from app.schemas.audit import AuditAction
from app.schemas.golden_checks import FieldNumbers, GoldenCheck, GoldenKind, GoldenOutcome
from app.services.audit import record_event
from app.services.quality.check_records import CheckOrigin, add_check, numbers_differing, told_check
from app.services.quality.look_back_errors import GoldenCheckNotFound
from app.services.reviews.manual_differentials import checked_text
from model.types import WeightsIdentity

SHOWN_CHECKS = 20


def keep_check(
    session: Session,
    *,
    weights: WeightsIdentity,
    engine: str,
    executor_id: str,
    field_set: str,
    found: Mapping[str, FieldNumbers],
) -> GoldenCheck:
    """Keep what a process counted on the drawn fields, compared with what was recorded of the same weights.

    ``field_set`` tells the drawn fields apart from those of other versions: where none was recorded of this very set,
    these numbers are recorded.
    """
    recorded = _find_recorded(session, weights, engine, field_set)
    record = add_check(
        session,
        CheckOrigin(weights, engine, executor_id),
        kind=GoldenKind.DRAWN,
        outcome=GoldenOutcome.RECORDED if recorded is None else GoldenOutcome.PASSED,
        differences=_differences(recorded.details["fields"], found) if recorded is not None else [],
        details={"field_set": field_set, "fields": {name: numbers.model_dump() for name, numbers in found.items()}},
    )
    return told_check(record)


def accept_check(session: Session, *, check_id: int, reason: str) -> None:
    """Let a check's numbers be what later ones are compared with, as after a wanted change of the engine.

    Raises:
        GoldenCheckNotFound: There is no such check.
        InvalidInput: It did not fail, or no reason was given.
    """
    record = qc_results.find_result(session, check_id)
    if record is None or record.kind not in set(GoldenKind):
        raise GoldenCheckNotFound(check_id)
    if record.outcome != GoldenOutcome.FAILED:
        raise InvalidInput("reason", "Only a check that differed can be accepted as the new measure.")
    why = checked_text("reason", reason)
    if why is None:
        raise InvalidInput("reason", "Say why the new numbers are right; whoever reads it later needs to know.")
    accepted = QcResultRecord(
        kind=record.kind,
        outcome=GoldenOutcome.RECORDED.value,
        weights_name=record.weights_name,
        weights_version=record.weights_version,
        weights_sha256=record.weights_sha256,
        engine=record.engine,
        executor_id=record.executor_id,
        app_version=record.app_version,
        details=record.details | {"differences": [], "accepted_from": check_id},
    )
    session.add(accepted)
    record_event(
        session, AuditAction.GOLDEN_CHECK_ACCEPTED, subject_kind="golden_check", subject_id=check_id, reason=why
    )


def newest_checks(session: Session) -> list[GoldenCheck]:
    """The newest checks of the drawn fields, the newest first."""
    return [told_check(record) for record in qc_results.list_newest(session, kind=GoldenKind.DRAWN, limit=SHOWN_CHECKS)]


def failing_checks(session: Session) -> list[GoldenCheck]:
    """The newest check of each counting process, of drawn and of the laboratory's fields, where something differed."""
    newest = [record for kind in GoldenKind for record in qc_results.list_newest_of_living(session, kind=kind)]
    return [told_check(record) for record in newest if record.outcome == GoldenOutcome.FAILED]


def _find_recorded(session: Session, weights: WeightsIdentity, engine: str, field_set: str) -> QcResultRecord | None:
    """What was recorded last of these weights by this engine on this very set of fields."""
    recorded = qc_results.list_recorded(session, kind=GoldenKind.DRAWN, weights_sha256=weights.sha256, engine=engine)
    return next((record for record in recorded if record.details["field_set"] == field_set), None)


def _differences(recorded: Mapping[str, Any], found: Mapping[str, FieldNumbers]) -> list[str]:
    """Every number that is not as recorded, in words."""
    differences = []
    for name in sorted(set(recorded) | set(found)):
        before = FieldNumbers.model_validate(recorded[name]) if name in recorded else None
        now = found.get(name)
        if before is None or now is None:
            differences.append(f"{name}: {'not counted before' if before is None else 'could not be counted now'}")
            continue
        differences += numbers_differing(name, before, now)
    return differences
