"""The numbers of a result record as columns of a table: the counts, and the cells by type."""

from collections.abc import Mapping

from app.schemas.result_record import ResultRecord
from app.services.figures.findings import WHITE_CELL_TYPES
from model.classes import RedCellSubtype, WhiteCellSubtype

COUNT_COLUMNS = ("RBC", "WBC", "PLT", "NRBC")
NOT_AVAILABLE = "not available"
"""Stands where the weights cannot tell such cells: zero would be a lie, and empty means that nothing was counted."""

_DIFFERENTIAL, _MORPHOLOGY = "differential", "morphology"
_TYPES = {_DIFFERENTIAL: (*WHITE_CELL_TYPES, WhiteCellSubtype.UNIDENTIFIED), _MORPHOLOGY: tuple(RedCellSubtype)}

TYPE_COLUMNS = tuple(f"{part}_{subtype.value}" for part, subtypes in _TYPES.items() for subtype in subtypes)


def shown_counts(record: ResultRecord | None) -> tuple[int | str, ...]:
    """A record's counts in the order of ``COUNT_COLUMNS``; all empty where nothing was counted."""
    if record is None or record.counts is None:
        return ("",) * len(COUNT_COLUMNS)
    counts = record.counts.model_dump()
    return tuple(NOT_AVAILABLE if code in record.unavailable else counts[code] for code in COUNT_COLUMNS)


def shown_types(record: ResultRecord | None) -> tuple[int | str, ...]:
    """A record's cells by type in the order of ``TYPE_COLUMNS``; all empty where nothing was counted."""
    if record is None or record.counts is None:
        return ("",) * len(TYPE_COLUMNS)
    columns: list[int | str] = []
    for part, subtypes in _TYPES.items():
        numbers = _types_of(record, part)
        columns += [NOT_AVAILABLE if numbers is None else numbers.get(subtype, 0) for subtype in subtypes]
    return tuple(columns)


def types_in_words(record: ResultRecord) -> tuple[str | None, ...]:
    """White and red cells by type, those that occur: ``2 neutrophil, 1 lymphocyte``; None where not available."""
    return tuple(_in_words(_types_of(record, part)) for part in _TYPES)


def _types_of(record: ResultRecord, part: str) -> Mapping[str, int] | None:
    """The cells by type of the differential or of the morphology; None where there is none to give."""
    numbers = record.differential if part == _DIFFERENTIAL else record.morphology
    return None if part in record.unavailable else numbers


def _in_words(numbers: Mapping[str, int] | None) -> str | None:
    if numbers is None:
        return None
    found = [f"{number} {subtype.replace('_', ' ')}" for subtype, number in numbers.items() if number]
    return ", ".join(found) or "none"
