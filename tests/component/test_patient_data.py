"""What is kept under a patient code: exported as a whole, and erased."""

import json
import zipfile
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.db.records import SampleRecord, SignedReportRecord
from app.db.repositories.audit_events import AuditFilter
from app.errors import InvalidInput
from app.protection_errors import ErasureRefused, PatientNotFound
from app.schemas.erasure import ErasureOutcome
from app.services.audit import read_entries, verify_chain
from app.services.images.decoding.reader import image_reader
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


def erase(desk: UploadDesk, *, confirmation: str = CODE, reason: str = "asked by the person") -> ErasureOutcome:
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

    assert outcome == ErasureOutcome(photographs=1, samples=1)
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

    assert erase(desk) == ErasureOutcome(photographs=1, samples=0)

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
