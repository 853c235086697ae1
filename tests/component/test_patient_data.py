"""What is kept under a patient code: exported as a whole, and erased."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db.records import BatchRecord, FieldImageRecord, SampleRecord, SignedReportRecord
from app.db.repositories import erasing
from app.db.repositories.audit_events import AuditFilter
from app.errors import InvalidInput, StorageUnavailable
from app.protection_errors import ErasureRefused, PatientNotFound
from app.schemas.batches import NewBatch
from app.schemas.erasure import KeptSample, PatientErasure
from app.services.audit import read_entries, verify_chain
from app.services.images.decoding.reader import image_reader
from app.services.intake.batches import open_batch
from app.services.privacy.erasing import erase_sample
from app.services.privacy.patient_export import export_patient
from app.services.samples.patients import erase_patient, patient_samples
from tests.component.erasure import CODE, audit_text, counts_of, index_content, name_patient, sign
from tests.component.reviewing import NAMED_FIELD, counted_field
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming


def test_an_export_holds_everything_and_no_camera_notes(desk: UploadDesk) -> None:
    image_id = counted_field(desk, *NAMED_FIELD)
    name_patient(desk)
    target = BytesIO()

    with desk.database.unit_of_work() as session:
        number = export_patient(
            session, desk.store, image_reader(desk.settings), patient_code=" p-4711 ", target=target
        )

    with zipfile.ZipFile(target) as archive:
        names = sorted(archive.namelist())
        folder = f"sample-{desk.sample_id}/image-{image_id}"
        result = json.loads(archive.read(f"{folder}/result.json"))
        registered = json.loads(archive.read(f"sample-{desk.sample_id}/registered.json"))
        missing = json.loads(archive.read("missing.json"))
    assert number == 1
    assert f"{folder}/photograph.png" in names
    assert f"{folder}/review.json" in names
    assert result["counts"]["RBC"] == 2
    assert registered["patient_code"] == CODE
    assert missing == {}
    assert CODE.lower() not in audit_text(desk).lower()


def test_an_export_names_what_it_could_not_read(desk: UploadDesk) -> None:
    counted_field(desk, *NAMED_FIELD)
    name_patient(desk)
    [file] = desk.stored_files()
    file.unlink()
    target = BytesIO()

    with desk.database.unit_of_work() as session:
        export_patient(session, desk.store, image_reader(desk.settings), patient_code=CODE, target=target)

    with zipfile.ZipFile(target) as archive:
        [words] = json.loads(archive.read("missing.json")).values()
    assert "no longer in the image store" in words


def erase(desk: UploadDesk, *, confirmation: str = CODE, reason: str = "asked by the person") -> PatientErasure:
    return erase_patient(
        desk.database.unit_of_work, desk.store, patient_code=CODE, confirmation=confirmation, reason=reason
    )


def test_a_patient_code_is_erased_everywhere_and_the_audit_trail_stays_whole(desk: UploadDesk) -> None:
    kept = counted_field(desk, *NAMED_FIELD, seed=1)
    other = desk.sample_id = desk.new_sample("24-0099")
    counted_field(desk, *NAMED_FIELD, seed=2)
    name_patient(desk)

    with pytest.raises(InvalidInput, match="Type the patient code again"):
        erase(desk, confirmation="P-4712")
    with pytest.raises(InvalidInput, match="must not hold the patient code"):
        erase(desk, reason="p-4711 asked")
    outcome = erase(desk)

    assert outcome == PatientErasure(photographs=1, samples=1)
    with desk.database.unit_of_work() as session:
        assert session.get(SampleRecord, other) is None
        assert counts_of(session, kept).RBC == 2
        with pytest.raises(PatientNotFound):
            patient_samples(session, patient_code=CODE)
        assert CODE[:3].lower().encode() not in index_content(session)
    trail = audit_text(desk)
    assert f"sample.erased sample {other}" in trail
    assert "asked by the person" in trail
    for trace in (CODE, "24-0099"):
        assert trace.lower() not in trail.lower()


def test_of_a_signed_sample_the_photographs_go_and_the_report_stays(desk: UploadDesk) -> None:
    image_id = counted_field(desk, *NAMED_FIELD)
    name_patient(desk)
    sign(desk, desk.sample_id)

    assert erase(desk) == PatientErasure(photographs=1, samples=0)

    with desk.database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(SignedReportRecord)) == 1
        assert counts_of(session, image_id).RBC == 2
    assert desk.stored_files() == []


def test_a_patient_code_with_waiting_images_is_not_half_erased(desk: UploadDesk) -> None:
    counted_field(desk, *NAMED_FIELD)
    desk.send(incoming(image_bytes(7)))
    name_patient(desk)

    with pytest.raises(ErasureRefused, match="not counted"):
        erase(desk)
    assert len(desk.stored_files()) == 2


def test_the_trail_tells_what_a_sample_was_called_until_that_is_erased(desk: UploadDesk) -> None:
    with desk.database.unit_of_work() as session:
        shown = next(entry for entry in read_entries(session, AuditFilter()) if entry.action == "sample.created")
        assert json.loads(shown.new_values or "")["accession_number"] == "24-0012"
    assert "24-0012" not in audit_text(desk)

    with desk.database.unit_of_work() as session:
        erase_sample(session, desk.store, sample_id=desk.sample_id, reason="test")

    with desk.database.unit_of_work() as session:
        shown = next(entry for entry in read_entries(session, AuditFilter()) if entry.action == "sample.created")
        assert json.loads(shown.new_values or "")["accession_number"] == "(erased)"
        assert verify_chain(session).faults == ()


class After:
    """A way to open transactions that does something between the first, which lists the samples, and the next."""

    def __init__(self, desk: UploadDesk, between: Callable[[], None]) -> None:
        self._desk, self._between, self._opened = desk, between, 0

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        self._opened += 1
        if self._opened == 2:
            self._between()
        with self._desk.database.unit_of_work() as session:
            yield session


def three_samples(desk: UploadDesk) -> list[int]:
    """Three counted samples of the patient code, with one photograph each."""
    numbers = [desk.sample_id, desk.new_sample("24-0013"), desk.new_sample("24-0014")]
    for seed, desk.sample_id in enumerate(numbers):
        counted_field(desk, *NAMED_FIELD, seed=seed)
        name_patient(desk)
    return numbers


def test_a_sample_signed_meanwhile_stays_is_told_and_keeps_no_other_from_going(desk: UploadDesk) -> None:
    first, second, third = three_samples(desk)
    manifest = f"file,accession,patient code\na.png,24-0700,{CODE}\n"
    with desk.database.unit_of_work() as session:
        batch_id = open_batch(session, new=NewBatch(manifest=manifest)).id

    outcome = erase_patient(
        After(desk, lambda: sign(desk, second)), desk.store, patient_code=CODE, confirmation=CODE, reason="asked"
    )

    why = f"sample number {second} was signed, and signed reports are kept"
    kept = KeptSample(id=second, accession_number="24-0013", why=why)
    assert outcome == PatientErasure(photographs=2, samples=2, kept=(kept,))
    with desk.database.unit_of_work() as session:
        assert (session.get(SampleRecord, first), session.get(SampleRecord, third)) == (None, None)
        assert [image.sample_id for image in erasing.list_stored(session, second)] == [second]
        assert [row["details"] for row in session.get_one(BatchRecord, batch_id).manifest] == [None]
        assert [(one.id, one.is_signed) for one in patient_samples(session, patient_code=CODE)] == [(second, True)]
    assert len(desk.stored_files()) == 1
    trail = audit_text(desk)
    assert [f"sample.erased sample {one}" in trail for one in (first, second, third)] == [True, False, True]

    # The next step that is told: once more, after seeing what goes of it as it stands now.
    assert erase(desk) == PatientErasure(photographs=1, samples=0)
    with desk.database.unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(SignedReportRecord)) == 1


def test_of_a_signed_sample_that_got_images_meanwhile_no_file_goes_without_its_row(desk: UploadDesk) -> None:
    first, second, third = three_samples(desk)
    desk.sample_id = second
    late = counted_field(desk, *NAMED_FIELD, seed=7)
    sign(desk, second)

    def queue_again() -> None:
        with desk.database.unit_of_work() as session:
            session.execute(update(FieldImageRecord).where(FieldImageRecord.id == late).values(status="queued"))

    outcome = erase_patient(After(desk, queue_again), desk.store, patient_code=CODE, confirmation=CODE, reason="asked")

    assert (outcome.photographs, outcome.samples) == (3, 2)
    [kept] = outcome.kept
    assert (kept.id, kept.why) == (second, f"image number {late} is queued; wait for it, or cancel it first")
    with desk.database.unit_of_work() as session:
        assert [image.id for image in erasing.list_stored(session, second)] == [late]
        assert (session.get(SampleRecord, first), session.get(SampleRecord, third)) == (None, None)
    assert len(desk.stored_files()) == 1


def test_a_sample_that_another_hand_erased_meanwhile_is_no_error(desk: UploadDesk) -> None:
    _, second, _ = three_samples(desk)

    def erase_it() -> None:
        with desk.database.unit_of_work() as session:
            erase_sample(session, desk.store, sample_id=second, reason="by another admin")

    outcome = erase_patient(After(desk, erase_it), desk.store, patient_code=CODE, confirmation=CODE, reason="asked")

    assert outcome == PatientErasure(photographs=2, samples=2)
    assert desk.stored_files() == []


def test_an_erasure_that_the_image_store_stops_keeps_what_is_left_and_is_finished_later(
    desk: UploadDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = three_samples(desk)
    sign(desk, second)
    delete_image = desk.store.delete_image
    deleted: list[str] = []

    def fail_from_the_second_on(storage_key: str) -> None:
        if deleted:
            raise StorageUnavailable("The image store does not answer.")
        deleted.append(storage_key)
        delete_image(storage_key)

    with monkeypatch.context() as patched:
        patched.setattr(desk.store, "delete_image", fail_from_the_second_on)
        with pytest.raises(StorageUnavailable):
            erase(desk)

    with desk.database.unit_of_work() as session:
        assert [one.id for one in patient_samples(session, patient_code=CODE)] == [second, third]
        assert session.get(SampleRecord, first) is None
        assert len(erasing.list_stored(session, second)) == 1
    assert len(desk.stored_files()) == 2
    assert erase(desk) == PatientErasure(photographs=2, samples=1)
    assert desk.stored_files() == []
