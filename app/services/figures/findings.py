"""Differential and morphology of a sample: cells of all its counted images pooled, then set against each other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from app.schemas.counts import ClassCounts
from app.schemas.findings import Differential, Interval, Morphology, SchemeIdentity
from app.schemas.grading import GradingScheme
from app.services.figures.grading import graded_share
from app.services.figures.intervals import count_interval, exact_share
from model.classes import RedCellSubtype, WhiteCellSubtype
from model.counting import NUCLEATED_RED_CELL

CellNumbers = Mapping[str, int]
"""Cells by type."""

_Entry = TypeVar("_Entry")

WHITE_CELL_TYPES = tuple(
    subtype
    for subtype in WhiteCellSubtype
    if subtype not in {WhiteCellSubtype.ERYTHROBLAST, WhiteCellSubtype.UNIDENTIFIED}
)
RED_CELL_TYPES = tuple(subtype for subtype in RedCellSubtype if subtype is not RedCellSubtype.UNCATEGORISED)


def count_intervals(counts: ClassCounts) -> dict[str, Interval | None]:
    """The exact interval of each count; None where the weights cannot tell such cells."""
    shown = {code: counts.shown(code) for code in ("RBC", "WBC", "PLT", NUCLEATED_RED_CELL)}
    return {code: None if count is None else count_interval(count) for code, count in shown.items()}


def pooled_differential(counts: ClassCounts | None, by_image: Sequence[CellNumbers | None]) -> Differential | None:
    """The differential over all counted images; None before there is one, and where one has none to give."""
    numbers = _pooled(by_image)
    if counts is None or numbers is None:
        return None
    identified = sum(numbers[subtype] for subtype in WHITE_CELL_TYPES)
    nrbc = counts.shown(NUCLEATED_RED_CELL)
    return Differential(
        identified=identified,
        unidentified=numbers[WhiteCellSubtype.UNIDENTIFIED],
        types={subtype.value: exact_share(numbers[subtype], identified) for subtype in WHITE_CELL_TYPES},
        nrbc=nrbc,
        # Not corrected any further: counts.WBC is free of nucleated red cells already.
        # Where no white cell was identified, any may be a nucleated red cell: 0 per 100 would be made up.
        nrbc_per_100_wbc=100 * nrbc / counts.WBC if nrbc is not None and counts.WBC and identified else None,
    )


def pooled_morphology(by_image: Sequence[CellNumbers | None], scheme: GradingScheme | None) -> Morphology | None:
    """The morphology over all counted images; None before there is one, and where one has none to give."""
    numbers = _pooled(by_image)
    if numbers is None:
        return None
    categorised = sum(numbers[subtype] for subtype in RED_CELL_TYPES)
    return Morphology(
        categorised=categorised,
        uncategorised=numbers[RedCellSubtype.UNCATEGORISED],
        types={
            subtype.value: graded_share(
                scheme,
                subtype,
                exact_share(numbers[subtype], categorised),
                categorised=categorised,
                uncategorised=numbers[RedCellSubtype.UNCATEGORISED],
            )
            for subtype in RED_CELL_TYPES
        },
        scheme=SchemeIdentity(id=scheme.id, version=scheme.version, title=scheme.title) if scheme else None,
    )


def in_usual_order(types: Mapping[str, _Entry]) -> dict[str, _Entry]:
    """Cells by type in the order in which they are always shown; documents with sorted keys have lost it."""
    usual = [subtype.value for subtype in (*WHITE_CELL_TYPES, *RED_CELL_TYPES)]
    return {name: types[name] for name in (*usual, *types) if name in types}


def _pooled(by_image: Sequence[CellNumbers | None]) -> Counter[str] | None:
    """All images together. One image without types would leave its cells out of every share, so then there is none."""
    known = [numbers for numbers in by_image if numbers is not None]
    if not known or len(known) < len(by_image):
        return None
    total: Counter[str] = Counter()
    for numbers in known:
        total.update(numbers)
    return total
