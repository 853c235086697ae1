"""Charts drawn by the server: places in an SVG, worked out before any of it is written. Each stands beside a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

WIDTH, HEIGHT = 360, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 12, 28
_ROOM = 0.08
"""Empty space above and below, as a share of the range."""

_FLAT = 1e-6
"""A smaller range is drawn as one level."""

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS = 4


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One value at its place in time, with the ends of its interval where it has one, and a word on it."""

    x: float
    value: float
    low: float | None
    high: float | None
    title: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class DrawnPoint:
    """A point in pixels of the chart; ``whisker`` is path data, empty without an interval."""

    x: str
    y: str
    whisker: str
    title: str
    mark: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line across the chart at one value, or up it at one place, with what it says."""

    at: str
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its points, the lines that join them (one a set of weights), its levels, and its upright lines."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    points: tuple[DrawnPoint, ...]
    joins: tuple[str, ...]
    levels: tuple[Line, ...]
    uprights: tuple[Line, ...]


def trend_chart(points: Sequence[ChartPoint], *, breaks: Sequence[tuple[int, str]] = ()) -> Chart:
    """Values over time.

    Before each point that ``breaks`` numbers something changed: an upright line says what, and no line joins across it.
    """
    ends = [end for point in points for end in (point.value, point.low, point.high) if end is not None]
    low, high = min(ends), max(ends)
    low = 0.0 if low < high / 2 else low
    room = _ROOM * (high - low) if high - low > _FLAT else 1.0
    scale = _Scale(points, max(0.0, low - room) if low >= 0 else low - room, high + room)
    step = _step((scale.high - scale.low) / _TICKS)
    first = int(scale.low / step) + (1 if scale.low % step else 0)
    ticks = [index * step for index in range(first, int(scale.high / step) + 1)]
    levels = tuple(Line(scale.y(tick), f"{tick:g}") for tick in ticks)
    return scale.chart(points, levels, breaks)


def control_chart(
    points: Sequence[ChartPoint], *, mean: float, sd: float, breaks: Sequence[tuple[int, str]] = ()
) -> Chart:
    """A Levey-Jennings chart: values in order, with lines at the mean and at 1, 2 and 3 SD on both sides.

    Levey and Jennings 1950, Am J Clin Pathol 20:1059.
    """
    farthest = max([3.5, *(abs(point.value - mean) / sd + 0.3 for point in points)])
    scale = _Scale(points, mean - farthest * sd, mean + farthest * sd)
    names = {0: "mean"} | {n: f"{n:+d} SD" for n in (-3, -2, -1, 1, 2, 3)}
    levels = tuple(Line(scale.y(mean + n * sd), name, f"sd{abs(n)}") for n, name in sorted(names.items()))
    return scale.chart(points, levels, breaks)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to pixels."""

    points: Sequence[ChartPoint]
    low: float
    high: float

    def x(self, value: float) -> float:
        first, last = self.points[0].x, self.points[-1].x
        share = 0.5 if first == last else (value - first) / (last - first)
        # The first and the last point keep clear of the frame.
        return _LEFT + 10 + share * (WIDTH - _LEFT - _RIGHT - 20)

    def y(self, value: float) -> str:
        share = (value - self.low) / (self.high - self.low)
        return f"{HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM):.1f}"

    def chart(self, points: Sequence[ChartPoint], levels: tuple[Line, ...], breaks: Sequence[tuple[int, str]]) -> Chart:
        drawn = tuple(self._drawn(point) for point in points)
        starts = [0, *(index for index, _ in breaks), len(points)]
        runs = [drawn[start:end] for start, end in pairwise(starts)]
        uprights = tuple(
            Line(f"{(self.x(points[index - 1].x) + self.x(points[index].x)) / 2:.1f}", text) for index, text in breaks
        )
        joins = tuple("M" + "L".join(f"{point.x} {point.y}" for point in run) for run in runs if len(run) > 1)
        return Chart(WIDTH, HEIGHT, _LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM, drawn, joins, levels, uprights)

    def _drawn(self, point: ChartPoint) -> DrawnPoint:
        x = f"{self.x(point.x):.1f}"
        whisker = ""
        if point.low is not None and point.high is not None:
            whisker = f"M{x} {self.y(point.low)}V{self.y(point.high)}"
        return DrawnPoint(x, self.y(point.value), whisker, point.title, point.mark)


def _step(rough: float) -> float:
    """A round number near a rough step: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(rough))
    return next((power * step for step in _STEPS if power * step >= rough), 10 * power)
