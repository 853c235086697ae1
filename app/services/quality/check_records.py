"""Rows of checks that programs make by themselves: added, with an entry in the trail where they failed, and told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.db.records import QcResultRecord
from app.resources import app_version
from app.schemas.audit import AuditAction
from app.schemas.golden_checks import FieldNumbers, GoldenCheck, GoldenKind, GoldenOutcome
from app.services.audit import record_event
from model.types import WeightsIdentity

_MOST_DIFFERENCES = 40


@dataclass(frozen=True, slots=True)
class CheckOrigin:
    """Which process counted, with which weights and by which engine."""

    weights: WeightsIdentity
    engine: str
    executor_id: str


def add_check(
    session: Session,
    origin: CheckOrigin,
    *,
    kind: GoldenKind,
    outcome: GoldenOutcome,
    differences: Sequence[str],
    details: Mapping[str, Any],
) -> QcResultRecord:
    """Keep a check; where anything differs it failed, whatever its outcome would have been."""
    weights = origin.weights
    record = QcResultRecord(
        kind=kind.value,
        outcome=(GoldenOutcome.FAILED if differences else outcome).value,
        weights_name=weights.name,
        weights_version=weights.version,
        weights_sha256=weights.sha256,
        engine=origin.engine,
        executor_id=origin.executor_id,
        app_version=app_version(),
        details={**details, "differences": _told(differences)},
    )
    session.add(record)
    session.flush()
    if differences:
        new = {
            "check": record.id,
            "fields": kind.value,
            "executor": origin.executor_id,
            "differences": len(differences),
        }
        record_event(
            session, AuditAction.GOLDEN_CHECK_FAILED, subject_kind="golden_check", subject_id=record.id, new=new
        )
    return record


def told_check(record: QcResultRecord) -> GoldenCheck:
    """A check as pages show it, without what was compared."""
    return GoldenCheck(
        id=record.id,
        kind=GoldenKind(record.kind),
        outcome=GoldenOutcome(record.outcome),
        weights=f"{record.weights_name} {record.weights_version}",
        weights_sha256=record.weights_sha256,
        engine=record.engine,
        executor_id=record.executor_id,
        app_version=record.app_version,
        differences=tuple(record.details["differences"]),
        made_at=record.made_at,
    )


def numbers_differing(name: str, before: FieldNumbers, now: FieldNumbers) -> Iterator[str]:
    """What differs on one field, in words."""
    for part in ("counts", "differential", "morphology"):
        was, is_now = getattr(before, part), getattr(now, part)
        for key in sorted(set(was) | set(is_now)):
            if was.get(key, 0) != is_now.get(key, 0):
                yield f"{name}: {key} {was.get(key, 0)} recorded, {is_now.get(key, 0)} now"
    if before.cells != now.cells:
        yield f"{name}: {before.cells} cells listed in the record, {now.cells} now"


def _told(differences: Sequence[str]) -> list[str]:
    """The differences, and of very many how many more there are."""
    if len(differences) <= _MOST_DIFFERENCES:
        return list(differences)
    shown = differences[: _MOST_DIFFERENCES - 1]
    return [*shown, f"and {len(differences) - len(shown)} more"]
