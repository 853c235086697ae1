"""A person corrects a field: the network's word stays, the counts follow the person, and nothing is lost or doubled."""

import json

import pytest
from sqlalchemy import select

from app.db.records import AnalysisRecord, ReviewEditRecord
from app.errors import ImageNotFound, ResultNotReady
from app.schemas.result_record import build_result_record
from app.schemas.reviews import EditBatch, ReviewedResultRecord
from app.services.queue.results import record_result
from app.services.reviews.review_errors import FieldNotReviewable, ReviewOutdated
from app.services.reviews.reviews import edits_after, field_review, record_edits
from app.services.samples.samples import sample_detail, sample_history
from model.types import FieldResult, Notice, Size
from tests.component.reviewing import (
    NAMED_FIELD,
    UNNAMED,
    WEIGHTS,
    WHITE,
    Person,
    cell,
    counted_field,
    statuses,
)
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

ADDED = "p" + "0" * 32
BOX = (2.0, 30.0, 12.5, 42.0)


@pytest.fixture
def person(desk: UploadDesk) -> Person:
    """A person at the field with one cell of each kind."""
    return Person(desk.database, counted_field(desk, *NAMED_FIELD))


def reviewed(person: Person) -> ReviewedResultRecord:
    """The reviewed record."""
    record = person.result()
    assert isinstance(record, ReviewedResultRecord)
    return record


def test_the_counts_follow_the_person_and_the_networks_word_stays(desk: UploadDesk, person: Person) -> None:
    before = person.result()
    person.does("relabel", "n3", **{"class": "WBC", "subtype": "erythroblast"})
    person.does("relabel", "n1", **{"class": "RBC", "subtype": "schistocyte"})
    person.does("delete", "n4")
    person.does("confirm", "n0")
    person.does("confirm", "n5")
    person.does("add", ADDED, **{"class": "PLT", "box": BOX})

    record = reviewed(person)

    assert before.counts is not None
    assert record.counts is not None
    assert before.counts.model_dump() == {"RBC": 2, "WBC": 2, "PLT": 1, "NRBC": 0}
    # The person's word counts, whatever the score: the cell under the threshold, too.
    assert record.counts.model_dump() == {"RBC": 3, "WBC": 1, "PLT": 1, "NRBC": 1}
    assert record.network_counts == before.counts
    assert record.morphology == {"normal": 2, "schistocyte": 1}
    assert record.differential is not None
    assert (record.differential["neutrophil"], record.differential["unidentified"]) == (1, 0)
    cells = {entry.id: entry for entry in record.cells}
    assert list(cells) == ["n0", "n1", "n2", "n3", "n5", ADDED]
    assert (cells["n2"].origin, cells["n2"].confirmed_by, cells["n2"].subtype_probability) == ("network", None, 0.8)
    assert (cells["n1"].confirmed_by, cells["n1"].subtype, cells["n1"].subtype_probability) == (
        "local", "schistocyte", None,
    )  # fmt: skip
    assert cells["n1"].suggested is not None
    assert (cells["n1"].suggested.subtype, cells["n1"].suggested.subtype_probability) == ("target", 0.8)
    assert (cells[ADDED].origin, cells[ADDED].box, cells[ADDED].suggested) == ("person", BOX, None)
    assert [entry.id for entry in record.removed] == ["n4"]
    numbers = (record.review.confirmed, record.review.relabelled, record.review.added, record.review.removed)
    assert numbers == (2, 2, 1, 1)
    with desk.database.unit_of_work() as session:
        assert session.scalars(select(AnalysisRecord.result_json)).one() == before.model_dump_json()


def test_every_edit_is_kept_with_who_when_what_and_both_values(desk: UploadDesk, person: Person) -> None:
    person.does("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"})
    Person(desk.database, person.image_id, "anna", dict(person.newest), 1).does("delete", "n2")

    with desk.database.unit_of_work() as session:
        rows = session.scalars(select(ReviewEditRecord).order_by(ReviewEditRecord.revision)).all()

    assert [(row.revision, row.actor, row.action, row.cell) for row in rows] == [
        (1, "local", "relabel", "n2"), (2, "anna", "delete", "n2"),
    ]  # fmt: skip
    assert rows[0].old is not None
    assert (rows[0].old["subtype"], rows[0].old["confirmed_by"]) == ("neutrophil", None)
    assert (rows[0].new["subtype"], rows[0].new["confirmed_by"]) == ("monocyte", "local")
    assert rows[1].old == rows[0].new
    assert rows[1].new["removed"]
    assert rows[1].made_at >= rows[0].made_at


def test_samples_pool_the_reviewed_counts(desk: UploadDesk, person: Person) -> None:
    other = counted_field(desk, *NAMED_FIELD, seed=1)
    person.does("relabel", "n3", **{"class": "WBC", "subtype": "lymphocyte"})
    person.does("delete", "n0")

    with desk.database.unit_of_work() as session:
        detail = sample_detail(session, sample_id=desk.sample_id)
        [summary] = sample_history(session).items

    assert detail.counts is not None
    assert detail.counts.model_dump() == {"RBC": 3, "WBC": 4, "PLT": 2, "NRBC": 0}
    assert summary.counts == detail.counts
    assert detail.differential is not None
    assert (detail.differential.identified, detail.differential.unidentified) == (3, 1)
    assert detail.differential.types["lymphocyte"].n == 1
    reviews = {image.id: image.review for image in detail.images}
    assert reviews[other] is None
    found = reviews[person.image_id]
    assert found is not None
    assert (found.revision, found.relabelled, found.removed) == (2, 1, 1)


def test_a_lost_answer_doubles_nothing(person: Person) -> None:
    first = person.edit("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"})
    added = person.edit("add", ADDED, **{"class": "RBC", "subtype": "normal", "box": BOX})
    person.send(first, added)
    person.revision = 0  # the answer never came

    second = person.edit("relabel", "n2", **{"class": "WBC", "subtype": "basophil"})
    answer = person.send(first, added, second)

    assert statuses(answer) == ["saved", "saved", "saved"]
    assert [edit.revision for edit in answer.edits] == [1, 2, 3]
    counts = reviewed(person).counts
    assert counts is not None
    assert counts.RBC == 3


def test_two_tabs_that_touch_different_cells_are_both_right(desk: UploadDesk, person: Person) -> None:
    other = Person(desk.database, person.image_id)
    person.does("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"})

    answer = other.does("delete", "n4")

    assert statuses(answer) == ["saved"]
    assert [edit.cell for edit in answer.edits] == ["n2", "n4"]  # it learns of the first tab's edit
    record = reviewed(person)
    assert record.review.revision == 2
    assert [entry.id for entry in record.removed] == ["n4"]


def test_two_tabs_that_touch_the_same_cell_are_told_so(desk: UploadDesk, person: Person) -> None:
    other = Person(desk.database, person.image_id)
    person.does("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"})
    conflicting = other.edit("relabel", "n2", **{"class": "WBC", "subtype": "basophil"})
    building_on_it = other.edit("delete", "n2")

    answer = other.send(conflicting, building_on_it, other.edit("confirm", "n0"))

    assert statuses(answer) == ["conflict", "conflict", "saved"]
    assert answer.outcomes[0].message == (
        "This cell was named monocyte by local in the meantime; your change was not saved."
    )
    assert {entry.id: entry.subtype for entry in reviewed(person).cells}["n2"] == "monocyte"
    other.open()
    assert statuses(other.does("relabel", "n2", **{"class": "WBC", "subtype": "basophil"})) == ["saved"]


def test_two_tabs_that_say_the_same_agree(desk: UploadDesk, person: Person) -> None:
    other = Person(desk.database, person.image_id, "anna")
    person.does("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"})

    assert statuses(other.does("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"})) == ["saved"]
    assert {entry.id: entry.confirmed_by for entry in reviewed(person).cells}["n2"] == "anna"


def test_undo_and_redo_are_edits_too_and_undo_gives_the_suggestion_back(person: Person) -> None:
    untouched = person.result().counts
    made = [
        person.edit("relabel", "n2", **{"class": "WBC", "subtype": "monocyte"}),
        person.edit("delete", "n0"),
        person.edit("add", ADDED, **{"class": "PLT", "box": BOX}),
    ]
    person.send(*made)
    after = reviewed(person).counts
    for edit in reversed(made):
        person.does("restore", edit.cell, of_edit=edit.edit_id, state="before")

    undone = reviewed(person)

    assert undone.counts == untouched
    assert {entry.confirmed_by for entry in undone.cells} == {None}
    assert undone.removed == ()
    assert undone.review.touched == 0
    for edit in made:
        person.does("restore", edit.cell, of_edit=edit.edit_id, state="after")
    assert reviewed(person).counts == after
    assert reviewed(person).review.revision == 9


def test_what_weights_cannot_tell_is_available_once_a_person_has_looked_at_every_cell(desk: UploadDesk) -> None:
    unnamed = (cell(WHITE, 0), cell(WHITE, 20))
    person = Person(desk.database, counted_field(desk, *unnamed, unavailable=UNNAMED))
    person.does("relabel", "n0", **{"class": "WBC", "subtype": "neutrophil"})
    half = reviewed(person)
    person.does("relabel", "n1", **{"class": "WBC", "subtype": "erythroblast"})

    whole = reviewed(person)

    assert half.unavailable == ("NRBC", "differential")  # no red cell is left to look at
    assert whole.unavailable == ()
    with desk.database.unit_of_work() as session:
        detail = sample_detail(session, sample_id=desk.sample_id)
    assert detail.differential is not None
    assert (detail.differential.identified, detail.differential.nrbc) == (1, 1)
    assert detail.unavailable == ()


@pytest.mark.parametrize(
    ("action", "name", "values", "words"),
    [
        ("delete", "n99", {}, "There is no cell n99"),
        ("relabel", "n0", {"class": "RBC", "subtype": "neutrophil"}, "'neutrophil' is no type of RBC"),
        ("relabel", "n4", {"class": "PLT", "subtype": "normal"}, "types are: none"),
        ("relabel", "n0", {}, "needs a class"),
        ("add", ADDED, {"class": "RBC"}, "needs a box"),
        ("add", ADDED, {"class": "RBC", "box": (60.0, 1.0, 65.0, 9.0)}, "inside the image of 64 × 64"),
        ("add", ADDED, {"class": "RBC", "box": (5.0, 5.0, 6.0, 9.0)}, "at least 2 px"),
        ("add", ADDED, {"class": "RBC", "box": (float("nan"), 5.0, 60.0, 9.0)}, "is no cell"),
        ("add", "n0", {"class": "RBC", "box": BOX}, "is there already"),
        ("restore", "n0", {"of_edit": "f" * 32, "state": "before"}, "is not known"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_the_rest_is_kept(
    person: Person, action: str, name: str, values: dict[str, object], words: str
) -> None:
    answer = person.send(person.edit(action, name, **values), person.edit("confirm", "n2"))

    assert statuses(answer) == ["refused", "saved"]
    assert answer.outcomes[0].message is not None
    assert words in answer.outcomes[0].message
    assert answer.revision == 1


def test_a_removed_cell_is_not_named_before_it_is_back(person: Person) -> None:
    person.does("delete", "n0")

    answer = person.does("confirm", "n0")

    assert statuses(answer) == ["refused"]


def test_a_tab_catches_up_with_what_it_has_not_seen(desk: UploadDesk, person: Person) -> None:
    for name in ("n0", "n1", "n2"):
        person.does("confirm", name)

    with desk.database.unit_of_work() as session:
        answer = edits_after(session, image_id=person.image_id, revision=1)
        nothing_new = edits_after(session, image_id=person.image_id, revision=3)

    assert (answer.revision, [edit.cell for edit in answer.edits]) == (3, ["n1", "n2"])
    assert (nothing_new.revision, nothing_new.edits) == (3, ())


def test_an_untouched_field_has_the_networks_record_to_the_letter(desk: UploadDesk, person: Person) -> None:
    person.open()
    person.send()

    with desk.database.unit_of_work() as session:
        stored = session.scalars(select(AnalysisRecord.result_json)).one()
    assert json.loads(person.result().model_dump_json()) == json.loads(stored)


def test_what_cannot_be_reviewed_is_told_in_words(desk: UploadDesk, person: Person) -> None:
    [waiting, refused] = desk.send(incoming(image_bytes(7), "w.png"), incoming(image_bytes(8), "r.png"))
    assert waiting.image_id is not None
    assert refused.image_id is not None
    nothing = FieldResult("refused", WEIGHTS, Size(64, 64), Notice("not_a_smear", "It is black."))
    with desk.database.unit_of_work() as session:
        record_result(session, image_id=refused.image_id, record=build_result_record("r.png", nothing), thresholds=None)

    old_count = EditBatch(analysis_id=999, seen_revision=0, edits=())
    with desk.database.unit_of_work() as session:
        with pytest.raises(ImageNotFound):
            field_review(session, image_id=12345)
        with pytest.raises(ResultNotReady):
            field_review(session, image_id=waiting.image_id)
        with pytest.raises(FieldNotReviewable, match="It is black"):
            field_review(session, image_id=refused.image_id)
        with pytest.raises(ReviewOutdated):
            record_edits(session, image_id=person.image_id, batch=old_count, actor="local")
