"""What was made of a photograph or tells of a sample goes with it, and retention takes nothing that is in use."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from itertools import count

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import (
    AccountRecord,
    BatchRecord,
    ControlLotRecord,
    ControlRunRecord,
    ManualDifferentialRecord,
    ReferenceCellRecord,
    ReviewRecord,
    SampleRecord,
)
from app.db.repositories import erasing
from app.protection_errors import PatientNotFound, PhotographErased
from app.schemas.actors import Actor, ActorKind
from app.schemas.batches import GroupingRule, NewBatch
from app.schemas.erasure import ErasureOutcome
from app.schemas.tokens import Role
from app.services.images.decoding.reader import image_reader
from app.services.intake.batches import open_batch
from app.services.privacy.erasing import erase_photograph, erase_sample
from app.services.privacy.patient_export import export_patient
from app.services.privacy.retention import apply_retention, preview_retention
from app.services.quality.golden_fields import golden_mark, mark_golden
from app.services.reviews.reference_library import add_to_library, confirmed_cells, library_numbers
from app.services.samples.patients import erase_patient, patient_samples
from tests.component.erasure import CODE, age, audit_text, index_content, name_patient, sign
from tests.component.reviewing import NAMED_FIELD, WEIGHTS, Person, counted_field
from tests.component.upload_desk import UploadDesk

PICTURE = b"a picture of one cell"


def field_in_use(desk: UploadDesk, seed: int = 0) -> int:
    """A corrected field with a cell in the reference library that judges weights; its image's number."""
    image_id = counted_field(desk, *NAMED_FIELD, seed=seed)
    Person(desk.database, image_id).does("confirm", "n2")
    with desk.database.unit_of_work() as session:
        field = confirmed_cells(session, image_id=image_id, names=["n2"])
        assert add_to_library(session, field, [PICTURE], Actor(ActorKind.ACCOUNT, "anna", id=1)).added == 1
        mark_golden(session, image_id=image_id)
    return image_id


def count_by_hand(desk: UploadDesk, sample_id: int) -> None:
    with desk.database.unit_of_work() as session:
        account = AccountRecord(name="anna", name_key="anna", role=Role.TECHNICIAN, password_hash=None)
        session.add(account)
        session.flush()
        session.add(
            ManualDifferentialRecord(
                sample_id=sample_id,
                account_id=account.id,
                count_key="c" * 32,
                counted_by="anna",
                target=100,
                tally={"lymphocyte": 100},
            )
        )


def make_control_slide(desk: UploadDesk, sample_id: int) -> None:
    with desk.database.unit_of_work() as session:
        lot = ControlLotRecord(
            material="blood", lot_number="1", level="normal", lot_key="blood", targets={}, made_by="anna"
        )
        session.add(lot)
        session.flush()
        session.add(
            ControlRunRecord(
                lot_id=lot.id,
                sample_id=sample_id,
                run="1",
                measured={},
                images=1,
                weights_name=WEIGHTS.name,
                weights_version=WEIGHTS.version,
                weights_sha256=WEIGHTS.sha256,
                recorded_by="anna",
            )
        )


def test_what_was_cut_from_a_photograph_goes_with_it_and_it_judges_no_weights(desk: UploadDesk) -> None:
    image_id = field_in_use(desk)

    with desk.database.unit_of_work() as session:
        erase_photograph(session, desk.store, image_id=image_id, reason="test")

    with desk.database.unit_of_work() as session:
        assert session.query(ReferenceCellRecord).count() == 0
        assert library_numbers(session) == {}
        assert golden_mark(session, image_id=image_id) is None
        with pytest.raises(PhotographErased):
            mark_golden(session, image_id=image_id)
    trail = audit_text(desk)
    assert '"reference_cells": 1' in trail
    assert f"golden_field.withdrawn image {image_id}" in trail


@pytest.mark.parametrize("number", ["24-0500", "Ä-0500"])
def test_a_batchs_manifest_and_rule_name_no_erased_sample(desk: UploadDesk, number: str) -> None:
    manifest = f"file,accession,note\na.png,{number.lower()},of a patient\nb.png,24-0501,kept\n"
    with desk.database.unit_of_work() as session:
        of_many = open_batch(session, new=NewBatch(manifest=manifest)).id
        of_one = open_batch(session, new=NewBatch(rule=GroupingRule(by="one", accession_number=number))).id
    sample_id = desk.new_sample(number)

    with desk.database.unit_of_work() as session:
        erase_sample(session, desk.store, sample_id=sample_id, reason="test")

    with desk.database.unit_of_work() as session:
        first, second = session.get_one(BatchRecord, of_many), session.get_one(BatchRecord, of_one)
        assert [row["accession_number"] for row in first.manifest] == ["24-0501"]
        assert first.completed_at is None
        assert second.rule["accession_number"] == "(erased)"
        assert second.completed_at is not None


def test_a_patient_code_that_only_a_manifest_names_is_found_exported_and_erased(desk: UploadDesk) -> None:
    manifest = "file,accession,patient code,sex\na.png,24-0600,Ä-1,f\nb.png,24-0601,P-2,m\n"
    with desk.database.unit_of_work() as session:
        batch_id = open_batch(session, new=NewBatch(manifest=manifest)).id
    exported = BytesIO()
    with desk.database.unit_of_work() as session:
        reader = image_reader(desk.settings)
        assert export_patient(session, desk.store, reader, patient_code="ä-1", target=exported) == 0
    erase_patient(desk.database.unit_of_work, desk.store, patient_code="ä-1", confirmation="ä-1", reason="asked")

    rows = json.loads(zipfile.ZipFile(exported).read("manifest-rows.json"))
    assert [(row["batch"], row["accession_number"], row["details"]["sex"]) for row in rows] == [
        (batch_id, "24-0600", "female")
    ]
    with desk.database.unit_of_work() as session:
        kept = session.get_one(BatchRecord, batch_id).manifest
        assert [(row["accession_number"], row["details"]) for row in kept] == [
            ("24-0600", None),
            ("24-0601", {"patient_code": "P-2", "sex": "male"}),
        ]
        with pytest.raises(PatientNotFound):
            patient_samples(session, patient_code="ä-1")


def test_retention_takes_nothing_that_a_person_worked_on_lately_and_no_control_slide(desk: UploadDesk) -> None:
    settings = desk.settings.model_copy(update={"keep_samples_days": 100, "keep_photographs_days": 100})
    corrected, by_hand, control, old = (desk.new_sample(f"R-{number}") for number in range(4))
    images = {}
    for seed, desk.sample_id in enumerate((corrected, by_hand, control, old)):
        images[desk.sample_id] = counted_field(desk, *NAMED_FIELD, seed=seed)
        age(desk, 500)
    name_patient(desk, "ZQXJ")
    Person(desk.database, images[corrected]).does("confirm", "n2")
    count_by_hand(desk, by_hand)
    make_control_slide(desk, control)

    outcome = apply_retention(desk.database.unit_of_work, desk.store, settings, confirmation="erase", reason="rule")

    assert outcome == ErasureOutcome(photographs=3, samples=1)  # one with its sample, two without
    with desk.database.unit_of_work() as session:
        assert session.get(SampleRecord, old) is None
        assert b"zqx" not in index_content(session)
        assert all(session.get(SampleRecord, kept) for kept in (corrected, by_hand, control))
        assert [image.id for image in erasing.list_stored(session, corrected)] == [images[corrected]]
        assert erasing.list_stored(session, control) == []


def test_the_preview_tells_what_goes_with_the_photographs(desk: UploadDesk) -> None:
    settings = desk.settings.model_copy(update={"keep_photographs_days": 100})
    field_in_use(desk)
    age(desk, 500)
    with desk.database.unit_of_work() as session:
        assert preview_retention(session, settings).is_empty  # corrected a moment ago
        session.execute(update(ReviewRecord).values(updated_at=utc_now() - timedelta(days=500)))

    with desk.database.unit_of_work() as session:
        preview = preview_retention(session, settings)

    assert (preview.photographs_total, preview.reference_cells, preview.golden_fields) == (1, 1, 1)


def test_a_sample_that_is_signed_meanwhile_keeps_its_photographs(desk: UploadDesk) -> None:
    settings = desk.settings.model_copy(update={"keep_photographs_days": 100})
    counted_field(desk, *NAMED_FIELD)
    age(desk, 500)
    transactions = count(1)

    @contextmanager
    def unit_of_work() -> Iterator[Session]:
        if next(transactions) == 2:  # between looking what is due and erasing it
            sign(desk, desk.sample_id)
        with desk.database.unit_of_work() as session:
            yield session

    outcome = apply_retention(unit_of_work, desk.store, settings, confirmation="erase", reason="rule")

    assert outcome.photographs == 0
    assert len(desk.stored_files()) == 1


def test_an_export_holds_what_every_table_keeps_of_the_sample(desk: UploadDesk) -> None:
    field_in_use(desk)
    name_patient(desk)
    count_by_hand(desk, desk.sample_id)
    target = BytesIO()

    with desk.database.unit_of_work() as session:
        export_patient(session, desk.store, image_reader(desk.settings), patient_code=CODE, target=target)

    with zipfile.ZipFile(target) as archive:
        records = json.loads(archive.read(f"sample-{desk.sample_id}/records.json"))
        [cell] = records["reference_cell"]
        assert archive.read(cell["picture"]) == PICTURE
    assert records["manual_differential"][0]["tally"] == {"lymphocyte": 100}
    assert {"analysis", "review", "review_edit", "golden_field", "field_image"} <= set(records)
