"""What the look-back page shows: trends, this result beside the last, and earlier counts."""

from dataclasses import dataclass
from typing import Any

from app.schemas.delta_checks import Delta, DeltaRules
from app.schemas.look_back import LookBack, PastResult
from app.schemas.quantities import Quantity, QuantityWords
from app.services.figures.quantities import QUANTITY_WORDS
from app.web.charts import Chart, ChartPoint, trend_chart

VERDICT_WORDS = {
    "within": "within the limits",
    "beyond": "changed more than the rule allows",
    "beyond_by_chance": "beyond the limit, but chance explains it: few cells",
    "not_judged": "not judged",
}


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One result in a trend's table."""

    result: PastResult
    value: str
    interval: str
    basis: str


@dataclass(frozen=True, slots=True)
class Trend:
    """One quantity over time; without a chart where there is one value only."""

    words: QuantityWords
    rows: tuple[TrendRow, ...]
    chart: Chart | None


def look_back_values(found: LookBack, rules: DeltaRules | None) -> dict[str, Any]:
    """Everything that the page shows."""
    return {
        "back": found,
        "trends": [trend for name in QUANTITY_WORDS if (trend := _trend(found, name)) is not None],
        "words": QUANTITY_WORDS,
        "verdicts": VERDICT_WORDS,
        "quantity_words": quantity_words,
        "change_words": change_words,
        "rules": rules,
    }


def quantity_words(quantity: Quantity) -> str:
    """A value with its interval."""
    words = QUANTITY_WORDS[quantity.name]
    interval = f" ({_interval(quantity)})" if quantity.interval else ""
    return f"{words.value_words(quantity.value)}{interval}"


def change_words(delta: Delta) -> str:
    """A change with its sign, as a difference and, where the last value was not zero, in percent of it."""
    if delta.change is None or delta.before is None:
        return ""
    words = QUANTITY_WORDS[delta.quantity]
    told = f"{delta.change:+.{words.decimals}f}"
    if words.unit == "%" or not delta.before.value:
        return told
    return f"{told} ({100 * delta.change / delta.before.value:+.0f}\u00a0%)"


def _trend(found: LookBack, name: str) -> Trend | None:
    words = QUANTITY_WORDS[name]
    results = [one for one in found.results if name in one.quantities]
    if not results:
        return None
    rows = tuple(_row(one, one.quantities[name], words) for one in results)
    points = [
        _point(row, row.result.quantities[name], is_current=row.result.sample_id == found.sample_id) for row in rows
    ]
    chart = trend_chart(points, breaks=_breaks(results)) if len(points) > 1 else None
    return Trend(words, rows, chart)


def _breaks(results: list[PastResult]) -> list[tuple[int, str]]:
    """Before which results other weights began to count."""
    used = [{one.sha256 for one in result.weights} for result in results]
    return [(index, "other weights") for index in range(1, len(results)) if used[index] != used[index - 1]]


def _row(result: PastResult, quantity: Quantity, words: QuantityWords) -> TrendRow:
    basis = quantity.method.replace("_", " ") if quantity.method else ""
    if quantity.seen is not None and quantity.of is not None:
        joint = "of" if words.unit == "%" else "beside"
        basis = f"{quantity.seen} {joint} {quantity.of}"
    return TrendRow(result, words.value_words(quantity.value), _interval(quantity), basis)


def _point(row: TrendRow, quantity: Quantity, *, is_current: bool) -> ChartPoint:
    interval = quantity.interval
    return ChartPoint(
        x=row.result.registered_at.timestamp(),
        value=quantity.value,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        title=f"{row.result.accession_number}: {row.value} ({row.interval})",
        mark="current" if is_current else "",
    )


def _interval(quantity: Quantity) -> str:
    if quantity.interval is None:
        return ""
    words = QUANTITY_WORDS[quantity.name]
    low, high = quantity.interval.low, quantity.interval.high
    return f"{words.value_words(low)}\u2060–\u2060{words.value_words(high)}"
