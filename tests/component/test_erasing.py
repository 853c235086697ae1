"""Retention, and erasure of a patient code: what goes, what stays, and the audit trail that tells of both."""

from pathlib import Path

import pytest
from sqlalchemy import update

from app.db.records import FieldImageRecord, SampleRecord
from app.db.repositories import erasing, samples
from app.errors import InvalidInput, StoredImageMissing
from app.protection_errors import ContentErased, ErasureRefused, PhotographErased
from app.schemas.erasure import ErasureOutcome
from app.services.backup.backups import make_backup
from app.services.privacy.erasing import confirm_stored, erase_photograph, erase_sample
from app.services.privacy.retention import apply_retention, preview_retention
from app.services.queue.results import image_content
from tests.component.erasure import age, audit_text, counts_of, rows_of_everything, sign
from tests.component.reviewing import NAMED_FIELD, Person, counted_field
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming


def test_a_photograph_goes_and_its_result_stays(desk: UploadDesk) -> None:
    image_id = counted_field(desk, *NAMED_FIELD)

    with desk.database.unit_of_work() as session:
        erase_photograph(session, desk.store, image_id=image_id, reason="test")

    assert desk.stored_files() == []
    with desk.database.unit_of_work() as session:
        assert counts_of(session, image_id).RBC == 2
        with pytest.raises(PhotographErased, match="its counts are kept"):
            image_content(session, desk.store, image_id=image_id)
    assert issubclass(PhotographErased, StoredImageMissing)
    assert f"photograph.erased image {image_id}" in audit_text(desk)


def test_a_file_that_another_sample_needs_stays(desk: UploadDesk) -> None:
    first = counted_field(desk, seed=5)
    other = desk.new_sample("24-0013")
    [outcome] = desk.send(incoming(image_bytes(5)), sample_id=other)
    with desk.database.unit_of_work() as session:
        erase_photograph(session, desk.store, image_id=first, reason="test")

    assert outcome.image_id is not None
    with (
        desk.database.unit_of_work() as session,
        image_content(session, desk.store, image_id=outcome.image_id).stream as stream,
    ):
        assert stream.read() == image_bytes(5)


def test_what_is_not_counted_yet_is_never_erased(desk: UploadDesk) -> None:
    [outcome] = desk.send(incoming(image_bytes()))
    assert outcome.image_id is not None

    with desk.database.unit_of_work() as session, pytest.raises(ErasureRefused, match="is queued"):
        erase_photograph(session, desk.store, image_id=outcome.image_id, reason="test")
    with desk.database.unit_of_work() as session, pytest.raises(ErasureRefused, match="not counted"):
        erase_sample(session, desk.store, sample_id=desk.sample_id, reason="test")
    assert len(desk.stored_files()) == 1


def test_an_upload_whose_file_was_erased_meanwhile_promises_nothing(desk: UploadDesk) -> None:
    """The row is written, and the file is gone: the transaction must not end well."""
    [outcome] = desk.send(incoming(image_bytes(1)))
    [row], [file] = desk.rows(), desk.stored_files()
    file.unlink()

    with desk.database.unit_of_work() as session, pytest.raises(ContentErased, match="upload it again"):
        confirm_stored(session, desk.store, row.storage_key)
    assert outcome.image_id is not None


def test_a_sample_goes_with_everything_that_refers_to_it(desk: UploadDesk) -> None:
    before = rows_of_everything(desk)
    erased = desk.new_sample("24-0014")
    desk.sample_id, kept = erased, desk.sample_id
    image_id = counted_field(desk, *NAMED_FIELD)
    desk.send(incoming(image_bytes(9), "again.png"), incoming(b"no image"), key="k")
    with desk.database.unit_of_work() as session:
        session.execute(update(FieldImageRecord).values(status="cancelled").where(FieldImageRecord.id != image_id))
    Person(desk.database, image_id).does("relabel", "n0", cell_class="WBC", subtype="monocyte")

    with desk.database.unit_of_work() as session:
        assert erase_sample(session, desk.store, sample_id=erased, reason="test") == 2

    assert rows_of_everything(desk) == before
    assert desk.stored_files() == []
    with desk.database.unit_of_work() as session:
        assert samples.get_sample(session, kept).accession_number == "24-0012"


def test_a_signed_sample_is_never_erased_as_a_whole(desk: UploadDesk) -> None:
    counted_field(desk, *NAMED_FIELD)
    sign(desk, desk.sample_id)

    with desk.database.unit_of_work() as session, pytest.raises(ErasureRefused, match="signed reports are kept"):
        erase_sample(session, desk.store, sample_id=desk.sample_id, reason="test")
    assert len(desk.stored_files()) == 1


def test_without_rules_nothing_ever_goes(desk: UploadDesk) -> None:
    counted_field(desk, *NAMED_FIELD)
    age(desk, 20_000)

    with desk.database.unit_of_work() as session:
        assert preview_retention(session, desk.settings).is_empty


def test_each_rule_lets_go_what_the_preview_shows_and_nothing_else(desk: UploadDesk) -> None:
    rules = {"keep_photographs_days": 100, "keep_signed_photographs_days": 1000, "keep_samples_days": 2000}
    settings = desk.settings.model_copy(update=rules)
    ages = {
        "young": (50, False),
        "middle": (500, False),
        "signed": (500, True),
        "signed old": (5000, True),
        "old": (5000, False),
    }
    numbers, images = {}, {}
    for seed, (name, (days, is_signed)) in enumerate(ages.items()):
        numbers[name] = desk.sample_id = desk.new_sample(f"R-{name}")
        images[name] = counted_field(desk, *NAMED_FIELD, seed=seed)
        age(desk, days)
        if is_signed:
            sign(desk, desk.sample_id)
    age(desk, 1, sample_ids=[1])

    with desk.database.unit_of_work() as session:
        preview = preview_retention(session, settings)
    with pytest.raises(InvalidInput, match="Type the word 'erase'"):
        apply_retention(desk.database.unit_of_work, desk.store, settings, confirmation="yes", reason="the rule")
    with pytest.raises(InvalidInput, match="reason"):
        apply_retention(desk.database.unit_of_work, desk.store, settings, confirmation="erase", reason=" ")
    outcome = apply_retention(desk.database.unit_of_work, desk.store, settings, confirmation="erase", reason="the rule")

    assert [(group.status, group.number) for group in preview.photographs] == [("counted", 2)]
    assert [(group.status, group.number) for group in preview.signed_photographs] == [("counted", 1)]
    assert [sample.accession_number for sample in preview.samples] == ["R-old"]
    assert outcome == ErasureOutcome(photographs=3, samples=1)
    with desk.database.unit_of_work() as session:
        left = {image.id for number in numbers.values() for image in erasing.list_stored(session, number)}
        assert left == {images["young"], images["signed"]}
        assert session.get(SampleRecord, numbers["old"]) is None
        assert counts_of(session, images["signed old"]).WBC == 2
        assert preview_retention(session, settings).is_empty
    assert "retention.applied" in audit_text(desk)


def test_a_backup_misses_no_photograph_that_was_erased_on_purpose(desk: UploadDesk, tmp_path: Path) -> None:
    erased, kept = counted_field(desk, *NAMED_FIELD, seed=1), counted_field(desk, *NAMED_FIELD, seed=2)
    with desk.database.unit_of_work() as session:
        erase_photograph(session, desk.store, image_id=erased, reason="test")

    manifest = make_backup(desk.database, desk.store, tmp_path / "backup", version="test")

    assert kept > erased
    assert (manifest.images, manifest.missing_images) == (1, [])
