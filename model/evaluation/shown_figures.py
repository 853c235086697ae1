"""How figures are written for people: three places or percent, with the 95 % interval behind, or *not available*."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

NOT_AVAILABLE = "not available"


def shown(value: float | None, interval: Sequence[float] | None = None) -> str:
    """A share of one: ``0.962 (0.951-0.971)``."""
    return _with_interval(value, interval, lambda number: f"{number:.3f}", "")


def percent(value: float | None, interval: Sequence[float] | None = None) -> str:
    """A share in percent: ``98.0 % (96.9-99.0)``; to between limits that may be negative."""
    return _with_interval(value, interval, lambda number: f"{100 * number:.1f}", " %")


def signed(value: float | None, interval: Sequence[float] | None = None) -> str:
    """A difference in cells: ``+0.32 (+0.15 to +0.50)``."""
    return _with_interval(value, interval, lambda number: f"{number:+.2f}", "")


def limits(values: Sequence[float] | None) -> str:
    """Two limits of a difference in cells: ``-2.43 to +3.07``."""
    return NOT_AVAILABLE if values is None else f"{values[0]:+.2f} to {values[1]:+.2f}"


def interval_of(part: Mapping[str, Any], code: str, name: str) -> Sequence[float] | None:
    """The interval of a figure in a part of the metrics, None where there is none."""
    found: Sequence[float] | None = part.get("intervals", {}).get(code, {}).get(name)
    return found


def _with_interval(
    value: float | None, interval: Sequence[float] | None, write: Callable[[float], str], unit: str
) -> str:
    if value is None:
        return NOT_AVAILABLE
    if interval is None:
        return f"{write(value)}{unit}"
    low, high = (write(limit) for limit in interval)
    between = " to " if low[0] in "+-" or high[0] in "+-" else "-"
    return f"{write(value)}{unit} ({low}{between}{high})"
