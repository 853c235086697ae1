"""Override rates: of the network's suggestions on reviewed fields, how many persons changed, by type and weights."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.repositories import reviews
from app.errors import InvalidInput
from app.schemas.override_rates import OverrideRates, TypeOverrides, WeightsOverrides
from app.schemas.result_record import CellEntry, ResultRecord
from app.schemas.reviews import CellState
from app.services.figures.intervals import exact_share
from app.services.reviews.reviewed_cells import network_cell_id
from model.classes import RedCellSubtype, WhiteCellSubtype

MOST_FIELDS = 1000
"""Reviewed fields that are read for one page, the newest first."""

LONGEST_DAYS = 3650
_OPEN = frozenset({WhiteCellSubtype.UNIDENTIFIED.value, RedCellSubtype.UNCATEGORISED.value})
_REMOVED = "removed"

_Kind = tuple[str, str | None]


@dataclass(slots=True)
class OverrideTally:
    """Adds up fields that were counted by the same weights."""

    fields: int = 0
    suggested: Counter[_Kind] = field(default_factory=Counter)
    looked_at: Counter[_Kind] = field(default_factory=Counter)
    became: dict[_Kind, Counter[str]] = field(default_factory=dict)
    added: Counter[str] = field(default_factory=Counter)
    left_open: int = 0
    left_open_named: int = 0

    def add_field(self, cells: Sequence[CellEntry], states: Mapping[str, CellState]) -> None:
        """One reviewed field: the network's cells, and how persons left those that they touched."""
        self.fields += 1
        found = {network_cell_id(index): cell for index, cell in enumerate(cells)}
        for name, cell in found.items():
            self._add_cell(cell, states.get(name))
        for name, state in states.items():
            if name not in found and state.confirmed_by is not None and not state.removed:
                self.added[_word(state)] += 1

    def _add_cell(self, cell: CellEntry, state: CellState | None) -> None:
        is_touched = state is not None and state.confirmed_by is not None
        if not cell.counted:
            # The network had not counted it: a person who does says that it was missed.
            if state is not None and is_touched and not state.removed:
                self.added[_word(state)] += 1
            return
        if cell.subtype in _OPEN:
            self.left_open += 1
            self.left_open_named += int(state is not None and is_touched and state.subtype not in _OPEN)
            return
        kind = (cell.cell_class.value, cell.subtype)
        self.suggested[kind] += 1
        if state is None or not is_touched:
            return
        self.looked_at[kind] += 1
        if state.removed or (state.cell_class.value, state.subtype) != kind:
            self.became.setdefault(kind, Counter())[_REMOVED if state.removed else _word(state)] += 1

    def types(self) -> tuple[TypeOverrides, ...]:
        """Every type that was suggested, the most changed first."""
        rows = [
            _row(kind, number, self.looked_at[kind], self.became.get(kind, Counter()))
            for kind, number in self.suggested.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-row.changed, -row.suggested, row.cell_class, row.subtype or "")))

    def total(self) -> TypeOverrides:
        """All types together."""
        became: Counter[str] = Counter()
        for one in self.became.values():
            became.update(one)
        return _row(("", None), self.suggested.total(), self.looked_at.total(), became)


def override_rates(session: Session, *, days: int) -> OverrideRates:
    """The rates over the fields that persons worked on lately, by weights, those in use last first.

    Raises:
        InvalidInput: The number of days is out of range.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput("days", f"{days} days cannot be looked back; choose 1 to {LONGEST_DAYS}.")
    since = utc_now() - timedelta(days=days)
    tallies: dict[tuple[str, str, str], OverrideTally] = {}
    fields = 0
    for review, analysis in reviews.list_reviewed(session, since=since, limit=MOST_FIELDS):
        states = {edit.cell: CellState.model_validate(edit.new) for edit in reviews.list_edits(session, review.id)}
        record = ResultRecord.model_validate_json(analysis.result_json)
        key = (analysis.weights_name, analysis.weights_version, analysis.weights_sha256)
        tallies.setdefault(key, OverrideTally()).add_field(record.cells, states)
        fields += 1
    return OverrideRates(
        days=days,
        fields=fields,
        is_cut=fields == MOST_FIELDS,
        weights=tuple(_of_weights(key, tally) for key, tally in tallies.items()),
    )


def _of_weights(key: tuple[str, str, str], tally: OverrideTally) -> WeightsOverrides:
    name, version, sha256 = key
    return WeightsOverrides(
        name=name,
        version=version,
        sha256=sha256,
        fields=tally.fields,
        types=tally.types(),
        total=tally.total(),
        added=dict(tally.added.most_common()),
        left_open=tally.left_open,
        left_open_named=tally.left_open_named,
    )


def _row(kind: _Kind, suggested: int, looked_at: int, became: Counter[str]) -> TypeOverrides:
    changed = became.total()
    return TypeOverrides(
        cell_class=kind[0],
        subtype=kind[1],
        suggested=suggested,
        looked_at=looked_at,
        changed=changed,
        of_suggested=exact_share(changed, suggested),
        of_looked_at=exact_share(changed, looked_at),
        became=dict(became.most_common()),
    )


def _word(state: CellState) -> str:
    return state.subtype or state.cell_class.value
