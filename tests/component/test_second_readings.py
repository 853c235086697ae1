"""Second readings on both databases: blind, saved as they go, compared once, told before a signature."""

import pytest

from app.db.records import AccountRecord
from app.db.repositories.accounts import account_key
from app.db.session import Database
from app.errors import InvalidInput
from app.report_errors import SampleSigned, SigningBlocked
from app.schemas.actors import Actor, ActorKind
from app.schemas.second_readings import NO_WHITE_CELL
from app.schemas.tokens import Role
from app.services.quality.look_back_errors import SecondReadingNotBlind, SecondReadingNotFound
from app.services.reports.report_drafts import build_draft
from app.services.reviews.second_readings import (
    begin_reading,
    finish_reading,
    finished_readings,
    own_finished,
    save_labels,
    show_reading,
)
from tests.component.reviewing import NAMED_FIELD, Person, counted_field
from tests.component.signing_desk import Signer
from tests.component.upload_desk import UploadDesk


def reader(database: Database, name: str = "second") -> Actor:
    with database.unit_of_work() as session:
        account = AccountRecord(name=name, name_key=account_key(name), role=Role.REVIEWER, password_hash=None)
        session.add(account)
        session.flush()
        return Actor(ActorKind.ACCOUNT, name, id=account.id, role=account.role)


@pytest.fixture
def image_id(desk: UploadDesk) -> int:
    """A field with two white cells: n2, which the network calls a neutrophil, and n3, which it left unidentified."""
    return counted_field(desk, *NAMED_FIELD)


def save(desk: UploadDesk, actor: Actor, labels: dict[str, str]) -> None:
    with desk.database.unit_of_work() as session:
        save_labels(session, sample_id=desk.sample_id, labels=labels, actor=actor)


def finish(desk: UploadDesk, actor: Actor) -> int:
    with desk.database.unit_of_work() as session:
        return finish_reading(session, sample_id=desk.sample_id, actor=actor)


def test_names_are_kept_as_they_come_and_set_beside_the_first_ones(desk: UploadDesk, image_id: int) -> None:
    second = reader(desk.database)
    save(desk, second, {f"{image_id}:n2": "monocyte"})
    with desk.database.unit_of_work() as session:
        assert begin_reading(session, sample_id=desk.sample_id, actor=second) == {f"{image_id}:n2": "monocyte"}
    with pytest.raises(InvalidInput, match="1 of 2 cells have no name yet"):
        finish(desk, second)
    save(desk, second, {f"{image_id}:n2": "neutrophil", f"{image_id}:n3": NO_WHITE_CELL})

    reading_id = finish(desk, second)

    with desk.database.unit_of_work() as session:
        found = show_reading(session, sample_id=desk.sample_id, reading_id=reading_id)
        assert own_finished(session, sample_id=desk.sample_id, actor=second) == reading_id
    assert [(one.cell, one.first, one.second) for one in found.cells] == [
        ("n2", "neutrophil", "neutrophil"),
        ("n3", "unidentified", NO_WHITE_CELL),
    ]
    assert (found.agreement, found.is_outdated, found.read_by) == (0.5, False, "second")
    assert [one.cell for one in found.differing] == ["n3"]
    by_name = {one.name: (one.n, one.share) for one in found.by_name}
    assert (by_name["neutrophil"], by_name["unidentified"], by_name[NO_WHITE_CELL]) == ((1, 1.0), (1, 0.0), (1, 0.0))
    assert by_name["basophil"] == (0, None)
    with pytest.raises(InvalidInput, match="finished and stays"):
        save(desk, second, {f"{image_id}:n2": "basophil"})


def test_later_corrections_do_not_make_two_readers_agree(desk: UploadDesk, image_id: int) -> None:
    second = reader(desk.database)
    save(desk, second, {f"{image_id}:n2": "neutrophil", f"{image_id}:n3": "lymphocyte"})
    reading_id = finish(desk, second)
    Person(desk.database, image_id).does("relabel", "n3", **{"class": "WBC", "subtype": "lymphocyte"})

    with desk.database.unit_of_work() as session:
        found = show_reading(session, sample_id=desk.sample_id, reading_id=reading_id)

    assert (found.agreement, found.is_outdated) == (0.5, True)


def test_who_named_cells_of_the_sample_is_not_blind(desk: UploadDesk, image_id: int) -> None:
    editor = Person(desk.database, image_id)
    editor.does("relabel", "n3", **{"class": "WBC", "subtype": "lymphocyte"})
    first = reader(desk.database, editor.name)

    with pytest.raises(SecondReadingNotBlind):
        save(desk, first, {f"{image_id}:n2": "neutrophil"})


@pytest.mark.parametrize("labels", [{"1:n99": "neutrophil"}, {"n2": "neutrophil"}, {"{}:n2": "giraffe"}], ids=str)
def test_what_is_no_cell_or_no_name_is_refused(desk: UploadDesk, image_id: int, labels: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="cannot be called"):
        save(desk, reader(desk.database), {key.format(image_id): value for key, value in labels.items()})


def test_what_is_not_finished_or_another_samples_is_not_shown(desk: UploadDesk, image_id: int) -> None:
    second = reader(desk.database)
    save(desk, second, {f"{image_id}:n2": "neutrophil"})
    other = desk.new_sample("24-0013")
    with desk.database.unit_of_work() as session:
        assert finished_readings(session, sample_id=desk.sample_id) == ()
        for sample_id in (desk.sample_id, other):
            with pytest.raises(SecondReadingNotFound):
                show_reading(session, sample_id=sample_id, reading_id=1)


def test_the_signature_tells_of_it_and_a_laboratory_can_require_it(desk: UploadDesk, image_id: int) -> None:
    signer, second = Signer(desk.database, desk.sample_id), reader(desk.database)
    with desk.database.unit_of_work() as session:
        required = build_draft(session, sample_id=desk.sample_id, second_reading="required")
    assert [check.code for check in required.content.checks if check.is_blocking] == ["second_reading_missing"]
    save(desk, second, {f"{image_id}:n2": "neutrophil", f"{image_id}:n3": "lymphocyte"})
    before = signer.look()
    reading_id = finish(desk, second)
    with pytest.raises(Exception, match="changed") as outdated:
        signer.sign(before)
    assert not isinstance(outdated.value, SigningBlocked)

    version = signer.sign()

    told = {check.code: check.message for check in signer.report(version).content.checks}
    assert "1 of 2 white cells were called the same" in told[f"second_reading_{reading_id}"]
    with pytest.raises(SampleSigned):
        save(desk, reader(desk.database, "third"), {f"{image_id}:n2": "neutrophil"})
