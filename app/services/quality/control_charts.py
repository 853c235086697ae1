"""A lot's runs judged by the Westgard rules, never across different weights."""

from collections.abc import Sequence
from math import sqrt

from sqlalchemy.orm import Session

from app.db.records import ControlRunRecord
from app.db.repositories import controls
from app.schemas.controls import ControlDecision, ControlRun, Decision, JudgedQuantity, MeasuredQuantity, Target
from app.services.quality.controls import get_lot
from app.services.quality.westgard import ControlValue, WestgardRule, is_rejected, westgard_faults

MOST_RUNS = 120
"""Runs of a material that are read for one chart, the newest."""

_Faults = dict[tuple[int, str], frozenset[WestgardRule]]


def judged_runs(session: Session, *, lot_id: int) -> tuple[ControlRun, ...]:
    """The newest runs of a lot, the oldest of them first, each quantity with the rules that it breaks.

    Other lots of the same material are looked at where they were counted in the same run. Runs of other weights are
    other measurements: they are judged apart (reference/clinical.md 5.2).

    Raises:
        ControlLotNotFound: There is no such lot.
    """
    lot = get_lot(session, lot_id)
    lots = {one.id: one for one in controls.list_lots_of_material(session, lot.material)}
    rows = controls.list_runs(session, list(lots), limit=MOST_RUNS)
    targets = {
        number: {name: Target.model_validate(target) for name, target in one.targets.items()}
        for number, one in lots.items()
    }
    faults: _Faults = {}
    for sha256 in dict.fromkeys(record.weights_sha256 for record, _ in rows):
        same = [record for record, _ in rows if record.weights_sha256 == sha256]
        for name in lot.targets:
            faults |= _faults(same, name, targets)
    own = [(record, number) for record, number in rows if record.lot_id == lot_id]
    decisions = controls.list_decisions(session, [record.id for record, _ in own])
    return tuple(
        _run(record, number, targets[lot_id], faults).model_copy(
            update={
                "decisions": tuple(
                    ControlDecision(
                        decision=Decision(one.decision), comment=one.comment, made_by=one.made_by, made_at=one.made_at
                    )
                    for one in decisions.get(record.id, ())
                )
            }
        )
        for record, number in own
    )


def _faults(records: Sequence[ControlRunRecord], name: str, targets: dict[int, dict[str, Target]]) -> _Faults:
    """One quantity over the runs of one set of weights."""
    measured = [
        (record, record.measured[name]["value"], targets[record.lot_id][name])
        for record in records
        if name in record.measured and name in targets[record.lot_id]
    ]
    values = [
        ControlValue(record.run, str(record.lot_id), (value - target.mean) / target.sd)
        for record, value, target in measured
    ]
    broken = westgard_faults(values)
    return {(record.id, name): rules for (record, _, _), rules in zip(measured, broken, strict=True)}


def _run(record: ControlRunRecord, number: str, targets: dict[str, Target], faults: _Faults) -> ControlRun:
    measured = {name: MeasuredQuantity.model_validate(one) for name, one in record.measured.items()}
    return ControlRun(
        id=record.id,
        sample_id=record.sample_id,
        accession_number=number,
        run=record.run,
        images=record.images,
        weights=f"{record.weights_name} {record.weights_version}",
        weights_sha256=record.weights_sha256,
        recorded_by=record.recorded_by,
        recorded_at=record.recorded_at,
        quantities=tuple(
            _judged(name, one, targets[name], faults.get((record.id, name), frozenset()))
            for name, one in measured.items()
            if name in targets
        ),
        decisions=(),
    )


def _judged(name: str, one: MeasuredQuantity, target: Target, rules: frozenset[WestgardRule]) -> JudgedQuantity:
    return JudgedQuantity(
        name=name,
        value=one.value,
        z=(one.value - target.mean) / target.sd,
        rules=tuple(rule.value for rule in WestgardRule if rule in rules),
        is_rejected=is_rejected(rules),
        chance_sd=chance_sd(name, target.mean, one),
    )


def chance_sd(name: str, mean: float, measured: MeasuredQuantity) -> float | None:
    """The SD that counting alone gives at the target's mean and as many cells as were counted.

    Of a share binomial, sqrt(p (1 - p) / n); of cells per 1000 red cells Poisson in both counts,
    r sqrt(1 / cells + 1 / red cells) with as many cells as the mean lets expect.
    """
    if measured.of is None or measured.of == 0:
        return None
    if name.endswith("_percent"):
        p = mean / 100
        return 100 * sqrt(p * (1 - p) / measured.of) if 0 < p < 1 else None
    expected = mean / 1000 * measured.of
    return mean * sqrt(1 / expected + 1 / measured.of) if expected > 0 else None
