"""The reference library: what goes in, what is shown, what comes out, and who did it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import ReferenceCellRecord
from app.db.repositories import reference_cells
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.schemas.reference_cells import (
    AddedCells,
    ConfirmedCell,
    FieldCells,
    LibraryPage,
    ReferenceCell,
    RefusedCell,
)
from app.schemas.reviews import CellState
from app.services.audit import record_event
from app.services.quality.look_back_errors import CellNotConfirmed, ReferenceCellNotFound
from app.services.reviews.reviews import field_review
from model.classes import RedCellSubtype, WhiteCellSubtype
from model.types import BoxXyxy

PAGE_CELLS = 60
STRIP_CELLS = 12
"""Cells of a type that are shown beside a gallery."""

_NO_REFERENCE = frozenset({WhiteCellSubtype.UNIDENTIFIED.value, RedCellSubtype.UNCATEGORISED.value})


def confirmed_cells(session: Session, *, image_id: int, names: Sequence[str]) -> FieldCells:
    """Cells of a field as a person named them, ready to be cut out; the others with the reason why not.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It is not counted yet, or could not be.
        FieldNotReviewable: It was refused, so it has no cells.
    """
    review = field_review(session, image_id=image_id)
    states = {edit.cell: edit.new for edit in review.edits}
    cells: list[ConfirmedCell] = []
    refused: list[RefusedCell] = []
    for name in dict.fromkeys(names):
        found = _confirmed(name, states.get(name))
        if found is None:
            refused.append(RefusedCell(cell=name, message=CellNotConfirmed(name).message))
        else:
            cells.append(found)
    boxes: dict[str, list[BoxXyxy]] = {}
    for cell in review.cells:
        boxes.setdefault(cell.cell_class.value, []).append(cell.box)
    return FieldCells(
        sample_id=review.sample_id,
        image_id=image_id,
        analysis_id=review.analysis_id,
        cells=tuple(cells),
        refused=tuple(refused),
        usual_boxes={cell_class: tuple(found) for cell_class, found in boxes.items()},
    )


def add_to_library(session: Session, field: FieldCells, pictures: Sequence[bytes], actor: Actor) -> AddedCells:
    """Put confirmed cells into the library, each with its picture (JPEG); one that is there already stays as it is."""
    new_ids = [
        reference_cells.add_cell(session, _record(field, cell, picture, actor))
        for cell, picture in zip(field.cells, pictures, strict=True)
    ]
    for cell, new_id in zip(field.cells, new_ids, strict=True):
        if new_id is not None:
            new = {"reference_cell": new_id, "cell": cell.cell, "type": f"{cell.cell_class}:{cell.subtype}"}
            record_event(
                session, AuditAction.LIBRARY_CELL_ADDED, subject_kind="image", subject_id=field.image_id, new=new
            )
    added = sum(new_id is not None for new_id in new_ids)
    return AddedCells(added=added, already=len(new_ids) - added, refused=field.refused)


def remove_from_library(session: Session, *, cell_id: int, actor: Actor) -> ReferenceCellRecord:
    """Take a cell out of the library; that it was in it stays known.

    Raises:
        ReferenceCellNotFound: The library has no such cell, or it was taken out before.
    """
    record = reference_cells.find_cell(session, cell_id)
    if record is None or record.active_key is None:
        raise ReferenceCellNotFound(cell_id)
    record.active_key, record.removed_at, record.removed_by = None, utc_now(), actor.name
    old = {"reference_cell": cell_id, "cell": record.cell, "type": f"{record.cell_class}:{record.subtype}"}
    record_event(session, AuditAction.LIBRARY_CELL_REMOVED, subject_kind="image", subject_id=record.image_id, old=old)
    return record


def library_numbers(session: Session) -> dict[tuple[str, str], int]:
    """How many cells the library has, by class and type."""
    return reference_cells.count_by_type(session)


def library_page(session: Session, *, cell_class: str, subtype: str, page: int) -> LibraryPage:
    """Cells of one type; the nearest page where there is no such one."""
    total = reference_cells.count_by_type(session).get((cell_class, subtype), 0)
    page_count = max(1, -(-total // PAGE_CELLS))
    page = min(max(1, page), page_count)
    rows = reference_cells.list_of_type(session, cell_class, subtype, offset=(page - 1) * PAGE_CELLS, limit=PAGE_CELLS)
    records = [record for record, _ in rows]
    states = reference_cells.newest_states(
        session, [record.analysis_id for record in records], [record.cell for record in records]
    )
    cells = tuple(_reference(record, number, states.get((record.analysis_id, record.cell))) for record, number in rows)
    return LibraryPage(cells=cells, total=total, page=page, page_count=page_count)


def library_strips(session: Session, *, cell_class: str) -> dict[str, list[int]]:
    """The newest cells of each type of a class, by their numbers, to lay beside a gallery."""
    return reference_cells.list_newest_ids(session, cell_class, per_type=STRIP_CELLS)


def library_pictures(session: Session, ids: Sequence[int]) -> list[bytes]:
    """The pictures of these cells, in this order.

    Raises:
        ReferenceCellNotFound: One of them never was in the library.
    """
    found = reference_cells.list_pictures(session, ids)
    for cell_id in ids:
        if cell_id not in found:
            raise ReferenceCellNotFound(cell_id)
    return [found[cell_id] for cell_id in ids]


def _confirmed(name: str, state: CellState | None) -> ConfirmedCell | None:
    if state is None or state.confirmed_by is None or state.removed or state.subtype is None:
        return None
    if state.subtype in _NO_REFERENCE:
        return None
    return ConfirmedCell(
        cell=name,
        cell_class=state.cell_class.value,
        subtype=state.subtype,
        box=state.box,
        confirmed_by=state.confirmed_by,
    )


def _record(field: FieldCells, cell: ConfirmedCell, picture: bytes, actor: Actor) -> ReferenceCellRecord:
    return ReferenceCellRecord(
        active_key=f"{field.analysis_id}:{cell.cell}",
        sample_id=field.sample_id,
        image_id=field.image_id,
        analysis_id=field.analysis_id,
        cell=cell.cell,
        cell_class=cell.cell_class,
        subtype=cell.subtype,
        box=list(cell.box),
        picture=picture,
        confirmed_by=cell.confirmed_by,
        added_by=actor.name,
    )


def _reference(record: ReferenceCellRecord, number: str, state: dict[str, object] | None) -> ReferenceCell:
    now = CellState.model_validate(state) if state is not None else None
    is_same = now is not None and not now.removed and now.subtype == record.subtype and now.confirmed_by is not None
    called = "removed" if now is not None and now.removed else (now.subtype if now is not None else None)
    return ReferenceCell(
        id=record.id,
        sample_id=record.sample_id,
        accession_number=number,
        image_id=record.image_id,
        cell=record.cell,
        cell_class=record.cell_class,
        subtype=record.subtype,
        confirmed_by=record.confirmed_by,
        added_by=record.added_by,
        added_at=record.added_at,
        now_called=None if is_same else (called or "unconfirmed"),
    )
