"""What the pages of quality control show: lots, their Levey-Jennings charts, and the golden fields."""

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import BloodcountError, InvalidInput
from app.schemas.controls import ControlLot, ControlRun, JudgedQuantity, NewControlLot, Target
from app.schemas.quantities import QuantityWords
from app.services.figures.quantities import QUANTITY_WORDS
from app.services.quality.control_charts import judged_runs
from app.services.quality.controls import get_lot, list_lots
from app.services.quality.golden_checks import failing_checks, newest_checks
from app.services.quality.laboratory_checks import (
    LEAST_CELLS,
    LEAST_PERCENT,
    MOST_FIELDS,
    newest_laboratory_checks,
)
from app.services.quality.westgard import RULE_WORDS
from app.web.charts import Chart, ChartPoint, control_chart


@dataclass(frozen=True, slots=True)
class QuantityChart:
    """One quantity of a lot: its chart and what may be wrong with its target."""

    name: str
    words: QuantityWords
    target: Target
    rows: tuple[tuple[ControlRun, JudgedQuantity], ...]
    chart: Chart | None
    caution: str | None


def quality_values(
    session: Session, form: FormData | None = None, error: BloodcountError | None = None
) -> dict[str, Any]:
    """What the overview shows; the form of a new lot as it was typed, with an error beside its field."""
    return {
        "lots": list_lots(session),
        "checks": newest_checks(session),
        "failing": failing_checks(session),
        "laboratory_checks": newest_laboratory_checks(session),
        "laboratory_rules": {"fields": MOST_FIELDS, "percent": LEAST_PERCENT, "cells": LEAST_CELLS},
        "quantities": QUANTITY_WORDS,
        "form": {name: str(value) for name, value in form.items()} if form else {},
        "errors": {error.field: error.message} if isinstance(error, InvalidInput) else {},
    }


def lot_values(session: Session, lot_id: int, error: BloodcountError | None = None, number: str = "") -> dict[str, Any]:
    """What a lot's page shows."""
    lot = get_lot(session, lot_id)
    runs = judged_runs(session, lot_id=lot_id)
    return {
        "lot": lot,
        "runs": runs[::-1],
        "charts": [_chart(lot, name, runs) for name in QUANTITY_WORDS if name in lot.targets],
        "rule_words": {rule.value: words for rule, words in RULE_WORDS.items()},
        "quantities": QUANTITY_WORDS,
        "number": number,
        "errors": {error.field: error.message} if isinstance(error, InvalidInput) else {},
    }


def read_new_lot(data: FormData) -> NewControlLot:
    """A lot as typed.

    Raises:
        InvalidInput: A mean or an SD is no number, or one stands without the other.
    """
    targets = {}
    for name, words in QUANTITY_WORDS.items():
        mean, sd = (str(data.get(f"{part}_{name}", "")).strip().replace(",", ".") for part in ("mean", "sd"))
        if not mean and not sd:
            continue
        try:
            target = Target(mean=_finite(mean), sd=_finite(sd))
        except ValueError as error:
            raise InvalidInput("targets", f"{words.name}: give a mean and an SD above 0, both as numbers.") from error
        targets[name] = target
    material, lot_number, level = (str(data.get(field, "")) for field in ("material", "lot_number", "level"))
    return NewControlLot(material=material, lot_number=lot_number, level=level, targets=targets)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        # "nan" and "inf" are numbers to Python; against such a target no value would ever break a rule.
        raise ValueError(f"{text!r} is no finite number")
    return number


def _chart(lot: ControlLot, name: str, runs: tuple[ControlRun, ...]) -> QuantityChart:
    words, target = QUANTITY_WORDS[name], lot.targets[name]
    rows = tuple((run, one) for run in runs for one in run.quantities if one.name == name)
    points = [
        ChartPoint(
            x=float(place),
            value=one.value,
            low=None,
            high=None,
            title=f"{run.run}: {words.value_words(one.value)}{', ' + ', '.join(one.rules) if one.rules else ''}",
            mark="reject" if one.is_rejected else ("warning" if one.rules else ""),
        )
        for place, (run, one) in enumerate(rows)
    ]
    breaks = [
        (place, "other weights")
        for place, (before, after) in enumerate(pairwise(rows), start=1)
        if before[0].weights_sha256 != after[0].weights_sha256
    ]
    chart = control_chart(points, mean=target.mean, sd=target.sd, breaks=breaks) if points else None
    return QuantityChart(name, words, target, rows[::-1], chart, _caution(words, target, rows))


def _caution(words: QuantityWords, target: Target, rows: tuple[tuple[ControlRun, JudgedQuantity], ...]) -> str | None:
    """A target that is tighter than counting alone can be rejects good slides."""
    chances = [one.chance_sd for _, one in rows if one.chance_sd is not None]
    if not chances or max(chances) <= target.sd:
        return None
    return (
        f"The target SD of {target.sd:g} is smaller than counting so few cells gives by itself "
        f"(up to {words.value_words(max(chances))}): rules will be broken by chance. Count more cells, or widen it."
    )
