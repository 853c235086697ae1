"""The figures of a signed report as a CSV table."""

from collections.abc import Iterator

from app.schemas.findings import Interval
from app.schemas.signed_reports import ReportContent, SignedReport
from app.web.csv_tables import csv_table
from app.web.overlay import CLASS_NAMES
from app.web.report_view import differential_of, morphology_of

_HEADER = ("accession_number", "version", "sha256", "part", "name", "n")
_FIGURE = ("value", "unit", "low_95", "high_95", "grade", "method")
_NOT_AVAILABLE = "not available"
_Line = tuple[object, ...]


def report_csv(report: SignedReport) -> str:
    """One line a count, type of cell and concentration: cells, value with its unit and exact 95 % interval.

    What is not available says so; what makes no sense in a line is empty.
    """
    about = (report.content.sample.accession_number, report.version, report.sha256)
    lines = ((*about, *line) for line in _lines(report.content))
    return csv_table((*_HEADER, *_FIGURE), lines)


def _lines(content: ReportContent) -> Iterator[_Line]:
    for code in CLASS_NAMES if content.counts else ():
        count, interval = (content.counts or {}).get(code), (content.count_intervals or {}).get(code)
        yield ("count", code, _shown(count), _shown(count), "cells", *_ends(interval), "", "")
    if (white := differential_of(content)) is not None:
        for name, share in white.types.items():
            yield ("differential", name, share.n, *_percent(share.percent, share.low, share.high), "", "")
        yield ("differential", "unidentified", white.unidentified, *_nothing())
    if (red := morphology_of(content)) is not None:
        for name, one in red.types.items():
            yield ("morphology", name, one.n, *_percent(one.percent, one.low, one.high), one.grade or "", "")
        yield ("morphology", "uncategorised", red.uncategorised, *_nothing())
    ratio = content.figures.platelets_per_1000_rbc
    yield ("ratio", "platelets_per_1000_rbc", "", _shown(ratio.value), "", *_ends(ratio.interval), "", "")
    for found in content.figures.concentrations:
        method = found.method.value if found.method else ""
        value = _shown(found.value)
        yield ("concentration", found.analyte.value, "", value, found.unit, *_ends(found.interval), "", method)


def _shown(value: float | None) -> float | str:
    return _NOT_AVAILABLE if value is None else value


def _ends(interval: Interval | None) -> tuple[float | str, float | str]:
    return ("", "") if interval is None else (interval.low, interval.high)


def _percent(percent: float | None, low: float | None, high: float | None) -> _Line:
    return (_shown(percent), "%", _shown(low), _shown(high))


def _nothing() -> _Line:
    return ("",) * len(_FIGURE)
