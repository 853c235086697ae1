"""The reference library holds what persons confirmed, once each, and tells where a review says otherwise now."""

from collections.abc import Sequence

import pytest

from app.db.repositories.audit_events import AuditFilter
from app.db.session import Database
from app.schemas.actors import Actor, ActorKind
from app.schemas.audit import AuditAction
from app.schemas.reference_cells import AddedCells, LibraryPage
from app.services.audit import find_entries
from app.services.quality.look_back_errors import ReferenceCellNotFound
from app.services.reviews.reference_library import (
    add_to_library,
    confirmed_cells,
    library_numbers,
    library_page,
    library_pictures,
    library_strips,
    remove_from_library,
)
from tests.component.reviewing import NAMED_FIELD, Person, counted_field
from tests.component.upload_desk import UploadDesk

ANNA = Actor(ActorKind.ACCOUNT, "anna", id=1)


def add(database: Database, image_id: int, *names: str) -> AddedCells:
    with database.unit_of_work() as session:
        field = confirmed_cells(session, image_id=image_id, names=names)
        return add_to_library(session, field, [cell.cell.encode() for cell in field.cells], ANNA)


def page_of(database: Database, subtype: str) -> LibraryPage:
    with database.unit_of_work() as session:
        return library_page(session, cell_class="WBC", subtype=subtype, page=1)


@pytest.fixture
def image_id(desk: UploadDesk) -> int:
    """A field with a neutrophil (n2) and an unidentified white cell (n3)."""
    return counted_field(desk, *NAMED_FIELD)


def test_only_what_a_person_named_goes_in_and_once(desk: UploadDesk, image_id: int) -> None:
    bert = Person(desk.database, image_id, name="bert")
    bert.open()
    bert.does("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"})
    bert.does("confirm", "n3")  # confirmed as unidentified: no reference for anything

    first = add(desk.database, image_id, "n2", "n2", "n3", "n1", "n77")
    again = add(desk.database, image_id, "n2")

    assert (first.added, first.already, [one.cell for one in first.refused]) == (1, 0, ["n3", "n1", "n77"])
    assert "a person has to give it a type" in first.refused[0].message
    assert (again.added, again.already) == (0, 1)
    [cell] = page_of(desk.database, "monocyte").cells
    assert (cell.confirmed_by, cell.added_by, cell.image_id, cell.now_called) == ("bert", "anna", image_id, None)
    with desk.database.unit_of_work() as session:
        assert library_pictures(session, [cell.id]) == [b"n2"]
        assert library_numbers(session) == {("WBC", "monocyte"): 1}
        [entry] = find_entries(session, AuditFilter(action=AuditAction.LIBRARY_CELL_ADDED)).entries
    assert entry.subject_id == image_id


def test_a_review_that_changed_its_mind_is_told(desk: UploadDesk, image_id: int) -> None:
    bert = Person(desk.database, image_id, name="bert")
    bert.open()
    bert.does("confirm", "n2")
    add(desk.database, image_id, "n2")

    def now_called() -> Sequence[str | None]:
        return [cell.now_called for cell in page_of(desk.database, "neutrophil").cells]

    assert now_called() == [None]
    bert.does("relabel", "n2", **{"class": "WBC", "subtype": "basophil"})
    assert now_called() == ["basophil"]
    bert.does("delete", "n2")
    assert now_called() == ["removed"]


def test_a_cell_taken_out_is_gone_from_the_pages_and_may_come_back(desk: UploadDesk, image_id: int) -> None:
    bert = Person(desk.database, image_id)
    bert.open()
    bert.does("confirm", "n2")
    add(desk.database, image_id, "n2")
    [cell] = page_of(desk.database, "neutrophil").cells

    with desk.database.unit_of_work() as session:
        remove_from_library(session, cell_id=cell.id, actor=ANNA)
    with pytest.raises(ReferenceCellNotFound), desk.database.unit_of_work() as session:
        remove_from_library(session, cell_id=cell.id, actor=ANNA)
    assert page_of(desk.database, "neutrophil").total == 0

    assert add(desk.database, image_id, "n2").added == 1
    with desk.database.unit_of_work() as session:
        strips = library_strips(session, cell_class="WBC")
        assert [entry.actor_name for entry in find_entries(session, AuditFilter(action="library.cell_removed")).entries]
    assert len(strips["neutrophil"]) == 1
    assert strips["neutrophil"] != [cell.id]
