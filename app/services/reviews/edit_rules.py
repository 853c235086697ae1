"""What an edit makes of a cell, and which edits cannot be: pure rules, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.schemas.result_record import ResultRecord
from app.schemas.reviews import CellState, EditAction, NewEdit, RecordedEdit
from app.services.reviews.reviewed_cells import network_state
from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype
from model.types import BoxXyxy

SMALLEST_BOX_PX = 2.0
"""Shorter sides are slips of the hand: no cell is that small in any photograph."""

_BOX_DECIMALS = 2
_SUBTYPES: dict[CellClass, frozenset[str]] = {
    CellClass.RED_BLOOD_CELL: frozenset(RedCellSubtype),
    CellClass.WHITE_BLOOD_CELL: frozenset(WhiteCellSubtype),
    CellClass.PLATELET: frozenset(),
}


class EditRefused(Exception):
    """An edit that makes no sense for this field; the message is one sentence for the person who made it."""


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field's cells before an edit: the network's record, the cells with edits, and all edits by their id."""

    record: ResultRecord
    states: Mapping[str, CellState]
    edits: Mapping[str, RecordedEdit]

    def cell(self, name: str) -> CellState | None:
        """A cell as it stands now; None where there is none of that name."""
        if name in self.states:
            return self.states[name]
        index = int(name[1:]) if name.startswith("n") else len(self.record.cells)
        return network_state(self.record.cells[index]) if index < len(self.record.cells) else None


def state_after(field: FieldState, edit: NewEdit, actor: str) -> CellState:
    """How the edit leaves its cell.

    Raises:
        EditRefused: The cell does not exist, the type does not fit the class, or the box lies outside the image.
    """
    if edit.action is EditAction.RESTORE:
        return _restored(field, edit)
    if edit.action is EditAction.ADD:
        return _added(field, edit, actor)
    old = field.cell(edit.cell)
    if old is None:
        raise EditRefused(f"There is no cell {edit.cell} in this field; load the page again.")
    if edit.action is EditAction.DELETE:
        return old.model_copy(update={"removed": True, "counted": False, "confirmed_by": actor})
    if old.removed:
        raise EditRefused("This cell was removed; undo its removal before you name it.")
    if edit.action is EditAction.CONFIRM:
        return old.model_copy(update={"counted": True, "confirmed_by": actor})
    cell_class, subtype = _name_of(edit)
    return old.model_copy(update={"cell_class": cell_class, "subtype": subtype, "counted": True, "confirmed_by": actor})


def _restored(field: FieldState, edit: NewEdit) -> CellState:
    target = field.edits.get(edit.of_edit or "")
    if target is None or target.cell != edit.cell or edit.state is None:
        raise EditRefused("The change that was to be taken back is not known for this cell; load the page again.")
    if edit.state == "after":
        return target.new
    # Before a cell was added there was none; it is kept, removed, so that it can come back.
    return target.old or target.new.model_copy(update={"removed": True, "counted": False})


def _added(field: FieldState, edit: NewEdit, actor: str) -> CellState:
    if not edit.cell.startswith("p") or field.cell(edit.cell) is not None:
        raise EditRefused(f"A cell {edit.cell} is there already; load the page again.")
    cell_class, subtype = _name_of(edit)
    if edit.box is None:
        raise EditRefused("An added cell needs a box; click its middle, or draw from corner to corner.")
    box = _checked_box(edit.box, field.record)
    return CellState(cell_class=cell_class, subtype=subtype, box=box, counted=True, confirmed_by=actor)


def _name_of(edit: NewEdit) -> tuple[CellClass, str | None]:
    if edit.cell_class is None:
        raise EditRefused("A cell needs a class: RBC, WBC or PLT.")
    if edit.subtype is not None and edit.subtype not in _SUBTYPES[edit.cell_class]:
        known = ", ".join(sorted(_SUBTYPES[edit.cell_class])) or "none"
        raise EditRefused(f"{edit.subtype!r} is no type of {edit.cell_class.value}; types are: {known}.")
    return edit.cell_class, edit.subtype


def _checked_box(box: BoxXyxy, record: ResultRecord) -> BoxXyxy:
    x1, y1, x2, y2 = (round(float(edge), _BOX_DECIMALS) for edge in box)
    width, height = record.width or 0, record.height or 0
    # Written so that a box of "not a number" fails too.
    is_inside = x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height
    is_large_enough = x2 - x1 >= SMALLEST_BOX_PX and y2 - y1 >= SMALLEST_BOX_PX
    if not (is_inside and is_large_enough):
        raise EditRefused(
            f"The box {x1:g}, {y1:g}, {x2:g}, {y2:g} is no cell: it has to lie inside the image of {width} × {height} "
            f"px and be at least {SMALLEST_BOX_PX:g} px wide and high."
        )
    return x1, y1, x2, y2
