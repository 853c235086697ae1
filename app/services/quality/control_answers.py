"""Control lots and their judged runs, for programs: what the pages of quality control show."""

from sqlalchemy.orm import Session

from app.schemas.control_answers import ControlLots, LotAnswer, LotRuns, LotTarget, RunAnswer, RunValue, Verdict
from app.schemas.controls import ControlLot, ControlRun, JudgedQuantity
from app.services.figures.quantities import QUANTITY_WORDS
from app.services.quality.control_charts import judged_runs
from app.services.quality.controls import get_lot, list_lots


def control_lots(session: Session) -> ControlLots:
    """Every lot with its targets, those in use first."""
    return ControlLots(lots=tuple(_lot(one) for one in list_lots(session)))


def lot_runs(session: Session, *, lot_id: int) -> LotRuns:
    """A lot's newest runs, the newest first, each value with the rules that it breaks.

    Raises:
        ControlLotNotFound: There is no such lot.
    """
    lot = get_lot(session, lot_id)
    runs = judged_runs(session, lot_id=lot_id)
    return LotRuns(lot=_lot(lot), runs=tuple(_run(lot, one) for one in runs[::-1]))


def _quantities(lot: ControlLot) -> tuple[str, ...]:
    return tuple(name for name in QUANTITY_WORDS if name in lot.targets)


def _lot(lot: ControlLot) -> LotAnswer:
    targets = tuple(
        LotTarget(
            quantity=name,
            name=QUANTITY_WORDS[name].name,
            unit=QUANTITY_WORDS[name].unit,
            mean=lot.targets[name].mean,
            sd=lot.targets[name].sd,
        )
        for name in _quantities(lot)
    )
    return LotAnswer(**lot.model_dump(exclude={"targets"}), targets=targets)


def _run(lot: ControlLot, run: ControlRun) -> RunAnswer:
    found = {one.name: one for one in run.quantities}
    return RunAnswer(
        **run.model_dump(exclude={"quantities"}),
        verdict=_verdict(is_rejected=run.is_rejected_by_rules, is_warned=run.is_warned),
        standing=run.standing,
        quantities=tuple(_value(name, found.get(name)) for name in _quantities(lot)),
    )


def _value(name: str, one: JudgedQuantity | None) -> RunValue:
    if one is None:
        return RunValue(quantity=name, value=None, z=None, rules=None, verdict=None, chance_sd=None)
    return RunValue(
        quantity=name,
        value=one.value,
        z=one.z,
        rules=one.rules,
        verdict=_verdict(is_rejected=one.is_rejected, is_warned=bool(one.rules)),
        chance_sd=one.chance_sd,
    )


def _verdict(*, is_rejected: bool, is_warned: bool) -> Verdict:
    if is_rejected:
        return Verdict.REJECT
    return Verdict.WARNING if is_warned else Verdict.WITHIN
