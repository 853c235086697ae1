"""The reviewed cells of a field: what the network found, with what persons changed laid over it. Nothing is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.schemas.counts import ClassCounts
from app.schemas.result_record import CellEntry, ResultRecord
from app.schemas.reviews import (
    CellState,
    NetworkSuggestion,
    ReviewedCellEntry,
    ReviewedResultRecord,
    ReviewSummary,
)
from model.classes import CellClass, WhiteCellSubtype
from model.counting import NUCLEATED_RED_CELL, compute_counts, compute_differential, compute_morphology
from model.types import DetectedCell

PERSONS_SCORE = 1.0
"""Stands for the score of a cell that a person added: the record's field is a number, and the network gave none."""


@dataclass(frozen=True, slots=True)
class ReviewNumbers:
    """Cells confirmed as they were, renamed, added and removed by persons."""

    confirmed: int
    relabelled: int
    added: int
    removed: int


def unidentified_cells(record: ResultRecord) -> int:
    """White cells of a record that nobody has named yet; 0 where the weights name none, or nothing was counted."""
    if record.differential is None or "differential" in record.unavailable:
        return 0
    return record.differential.get(WhiteCellSubtype.UNIDENTIFIED, 0)


def network_cell_id(index: int) -> str:
    """The name by which edits call the network's cell at a position."""
    return f"n{index}"


def network_state(cell: CellEntry) -> CellState:
    """A cell as the network left it."""
    return CellState(
        cell_class=cell.cell_class, subtype=cell.subtype, box=cell.box, counted=cell.counted, confirmed_by=None
    )


def review_numbers(record: ResultRecord, states: Mapping[str, CellState]) -> ReviewNumbers:
    """How many cells persons have dealt with, and how; ``states`` are the cells that have an edit."""
    found = {network_cell_id(index): cell for index, cell in enumerate(record.cells)}
    touched = {name: state for name, state in states.items() if state.confirmed_by is not None}
    ours = {name: state for name, state in touched.items() if name in found and not state.removed}
    kept = sum(_is_same_name(found[name], state) for name, state in ours.items())
    return ReviewNumbers(
        confirmed=kept,
        relabelled=len(ours) - kept,
        added=sum(name not in found and not state.removed for name, state in touched.items()),
        removed=sum(name in found and state.removed for name, state in touched.items()),
    )


def reviewed_record(
    record: ResultRecord, states: Mapping[str, CellState], summary: ReviewSummary
) -> ReviewedResultRecord:
    """The result record with its cells, counts, differential and morphology as persons left them."""
    entries = _reviewed_entries(record, states)
    cells = tuple(entry for entry, is_removed in entries if not is_removed)
    detected = [_detected(cell) for cell in cells]
    network_counts = record.counts or ClassCounts(RBC=0, WBC=0, PLT=0, NRBC=0)
    unavailable = _still_unavailable(record.unavailable, cells)
    values = dict(record) | {
        "counts": ClassCounts.model_validate(compute_counts(detected)),
        "differential": dict(compute_differential(detected)),
        "morphology": dict(compute_morphology(detected)),
        "cells": cells,
        "unavailable": unavailable,
    }
    return ReviewedResultRecord(
        **values,
        review=summary,
        network_counts=network_counts,
        removed=tuple(entry for entry, is_removed in entries if is_removed),
    )


def _reviewed_entries(record: ResultRecord, states: Mapping[str, CellState]) -> list[tuple[ReviewedCellEntry, bool]]:
    """Every cell with whether a person removed it: the network's in their order, then the added ones in theirs."""
    entries = []
    for index, cell in enumerate(record.cells):
        name = network_cell_id(index)
        state = states.get(name) or network_state(cell)
        entries.append((_network_entry(name, cell, state), state.removed))
    found = len(record.cells)
    for name, state in states.items():
        is_networks = name.startswith("n") and int(name[1:]) < found
        if not is_networks and not state.removed:
            entries.append((_added_entry(name, state), False))
    return entries


def _network_entry(name: str, cell: CellEntry, state: CellState) -> ReviewedCellEntry:
    is_confirmed = state.confirmed_by is not None
    values = dict(cell)
    if is_confirmed:
        # The probability was the network's, about its own name.
        values |= {"cell_class": state.cell_class, "subtype": state.subtype, "subtype_probability": None}
    return ReviewedCellEntry(
        **(values | {"box": state.box, "counted": state.counted}),
        id=name,
        origin="network",
        confirmed_by=state.confirmed_by,
        suggested=NetworkSuggestion(
            cell_class=cell.cell_class, subtype=cell.subtype, subtype_probability=cell.subtype_probability
        )
        if is_confirmed
        else None,
    )


def _added_entry(name: str, state: CellState) -> ReviewedCellEntry:
    return ReviewedCellEntry(
        cell_class=state.cell_class,
        box=state.box,
        score=PERSONS_SCORE,
        counted=state.counted,
        subtype=state.subtype,
        subtype_probability=None,
        id=name,
        origin="person",
        confirmed_by=state.confirmed_by,
        suggested=None,
    )


def _still_unavailable(unavailable: Iterable[str], cells: Iterable[ReviewedCellEntry]) -> tuple[str, ...]:
    """What neither the weights nor the persons can give: a person has to have looked at every cell concerned."""
    counted = [cell for cell in cells if cell.counted]
    is_looked_at = {
        cell_class: all(cell.confirmed_by is not None for cell in counted if cell.cell_class is cell_class)
        for cell_class in CellClass
    }
    given = {
        NUCLEATED_RED_CELL: is_looked_at[CellClass.WHITE_BLOOD_CELL],
        "differential": is_looked_at[CellClass.WHITE_BLOOD_CELL],
        "morphology": is_looked_at[CellClass.RED_BLOOD_CELL],
    }
    return tuple(part for part in unavailable if not given.get(part, False))


def _is_same_name(cell: CellEntry, state: CellState) -> bool:
    return (cell.cell_class, cell.subtype) == (state.cell_class, state.subtype)


def _detected(cell: CellEntry) -> DetectedCell:
    return DetectedCell(cell.cell_class, cell.box, cell.score, is_counted=cell.counted, subtype=cell.subtype)
