"""A signed report stands still: nobody changes it unseen, and nothing slips in beside the signature."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.errors import BloodcountError
from app.report_errors import ReportDamaged, ReportOutdated, SampleSigned
from app.services.reports.report_drafts import ReportDraft, build_draft
from tests.component.batch_desk import BatchDesk
from tests.component.reviewing import NAMED_FIELD, Person, counted_field
from tests.component.signing_desk import Signer
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

_RENAMED = {
    "sqlite": "UPDATE review_edit SET new = replace(new, 'monocyte', 'basophil')",
    "postgresql": "UPDATE review_edit SET new = CAST(replace(CAST(new AS TEXT), 'monocyte', 'basophil') AS JSON)",
}


@pytest.fixture
def image_id(desk: UploadDesk) -> int:
    return counted_field(desk, *NAMED_FIELD)


@pytest.fixture
def signer(desk: UploadDesk, image_id: int) -> Signer:
    assert image_id
    return Signer(desk.database, desk.sample_id)


@pytest.mark.parametrize("table", ["signed_report", "report_correction"])
@pytest.mark.parametrize("change", ["UPDATE {} SET version = 7", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_is_signed(signer: Signer, table: str, change: str) -> None:
    signer.sign()
    signer.correct()

    with pytest.raises(DBAPIError, match="append-only"), signer.database.engine.begin() as connection:
        connection.execute(text(change.format(table)))

    assert [one.version for one in signer.reports().versions] == [1]


def tamper(signer: Signer, statement: str) -> None:
    """What somebody with the database's password can do: switch the triggers off first."""
    with signer.database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER signed_report_no_update"))
        else:
            connection.execute(text("ALTER TABLE signed_report DISABLE TRIGGER ALL"))
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("""UPDATE signed_report SET snapshot = replace(snapshot, '"RBC":2', '"RBC":9')""", ["hash_differs"]),
        ("UPDATE signed_report SET signer = 'somebody else'", ["columns_differ"]),
        ("UPDATE signed_report SET snapshot = 'no JSON'", ["hash_differs", "unreadable"]),
        ("UPDATE signed_report SET sha256 = 'ab' WHERE version = 1", ["hash_differs"]),
    ],
)
def test_what_was_changed_all_the_same_is_found(signer: Signer, statement: str, codes: list[str]) -> None:
    signer.sign()
    assert signer.faults(1) == []

    tamper(signer, statement)

    assert signer.faults(1) == codes


def test_a_report_that_nobody_can_read_is_not_shown_as_another(signer: Signer) -> None:
    signer.sign()
    tamper(signer, "UPDATE signed_report SET snapshot = '{}'")

    with pytest.raises(ReportDamaged, match="cannot be read"):
        signer.report(1)


def test_a_replaced_version_that_was_written_anew_is_found_by_the_one_that_replaced_it(signer: Signer) -> None:
    signer.sign()
    signer.correct()
    signer.sign()
    assert (signer.faults(1), signer.faults(2)) == ([], [])

    tamper(signer, "UPDATE signed_report SET sha256 = 'ab' WHERE version = 1")

    assert signer.faults(2) == ["chain_broken"]


def test_cells_that_were_changed_behind_the_signature_are_found(signer: Signer, image_id: int) -> None:
    Person(signer.database, image_id, "eva").does("relabel", "n3", **{"class": "WBC", "subtype": "monocyte"})
    signer.sign()
    assert signer.faults(1) == []

    with signer.database.engine.begin() as connection:
        connection.execute(text(_RENAMED[connection.dialect.name]))

    assert signer.faults(1) == ["cells_differ"]


def test_later_corrections_leave_an_old_version_as_it_was_signed(signer: Signer, image_id: int) -> None:
    person = Person(signer.database, image_id, "eva")
    signer.sign()
    signer.correct()
    person.does("delete", "n0")
    signer.sign()

    assert (signer.faults(1), signer.faults(2)) == ([], [])
    first, second = (signer.report(version).content for version in (1, 2))
    assert (first.counts or {})["RBC"] == 2
    assert (second.counts or {})["RBC"] == 1
    assert [(one.what, one.was, one.now) for one in second.changes if one.what.startswith("counts")] == [
        ("counts.RBC", 2, 1)
    ]


def test_an_edit_between_the_look_and_the_signature_is_never_signed(signer: Signer, image_id: int) -> None:
    shown = signer.look()
    Person(signer.database, image_id, "eva").does("confirm", "n2")

    with pytest.raises(ReportOutdated):
        signer.sign(shown)

    assert signer.reports().versions == ()


def test_an_edit_in_the_very_moment_of_the_signature_stops_it(
    signer: Signer, image_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is read and is what was shown; then somebody edits, and only then is the sample held."""
    shown = signer.look()

    def read_then_edit(session: Session, *, sample_id: int, **wanted: None) -> ReportDraft:
        draft = build_draft(session, sample_id=sample_id, **wanted)  # type: ignore[arg-type]
        Person(signer.database, image_id, "eva").does("confirm", "n2")
        return draft

    monkeypatch.setattr("app.services.reports.signing.build_draft", read_then_edit)

    with pytest.raises(ReportOutdated):
        signer.sign(shown)

    assert signer.reports().versions == ()


def test_of_many_edits_and_a_signature_at_once_what_is_signed_is_what_was_shown(signer: Signer, image_id: int) -> None:
    shown = signer.look()
    persons = [Person(signer.database, image_id, f"p{number}") for number in range(5)]

    def change(person: Person) -> str:
        try:
            person.does("confirm", "n1")
        except BloodcountError as error:
            return error.code
        return "saved"

    def sign() -> str:
        try:
            signer.sign(shown)
        except BloodcountError as error:
            return error.code
        return "signed"

    with ThreadPoolExecutor(6) as pool:
        signature = pool.submit(sign)
        changes = {future.result() for future in [pool.submit(change, one) for one in persons]}

    if signature.result() == "signed":
        assert changes == {"sample_signed"}
        assert signer.faults(1) == []
        assert signer.report(1).content.fields[0].revision == 0
    else:
        assert signature.result() == "report_outdated"
        assert "sample_signed" not in changes


def test_two_signatures_at_once_make_one_version(signer: Signer) -> None:
    shown = signer.look()

    def sign(_: int) -> str:
        try:
            return str(signer.sign(shown))
        except SampleSigned as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(sign, range(4)))

    assert outcomes == ["1", "sample_signed", "sample_signed", "sample_signed"]


def test_an_image_that_arrives_during_the_signature_is_refused_file_by_file(
    desk: UploadDesk, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not signed when the upload began; each file is looked at again when it is written."""
    signer.sign()
    monkeypatch.setattr("app.services.intake.uploads.refuse_signed", lambda *_: None)

    [outcome] = desk.send(incoming(image_bytes(7), "late.png"), key="late")

    assert outcome.error is not None
    assert outcome.error.code == "sample_signed"
    monkeypatch.undo()
    signer.correct()
    [again] = desk.send(incoming(image_bytes(7), "late.png"), key="late")
    assert again.image_id is not None


def test_a_batch_adds_nothing_to_a_signed_sample_and_says_so(desk: UploadDesk, signer: Signer) -> None:
    signer.sign()
    batch = BatchDesk(desk.database, desk.store, desk.settings)
    content = image_bytes(9)

    (file,) = batch.announce(("24-0012/new.png", len(content)), accession_number="24-0012")
    batch.part(file.id, 0, content)

    found = batch.file(file.id)
    assert found.reason is not None
    assert found.reason.code == "sample_signed"
    assert len(desk.rows()) == 1
