"""Batches: what was sent is taken in once, whatever breaks on the way."""

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.batch_errors import BatchClosed, BatchIncomplete, FileNotAwaited, TooManySamples, UploadOffsetMismatch
from app.db.base import utc_now
from app.db.records import BatchRecord, FieldImageRecord
from app.db.session import Database
from app.errors import InvalidInput, StorageFull, TooManyFiles
from app.schemas.batches import BatchFileStatus, BatchStatus, GroupingRule
from app.schemas.samples import ImageStatus, NewSample
from app.schemas.uploads import CountPriority
from app.services.intake.abandoned_uploads import sweep_abandoned
from app.services.samples.samples import create_sample, sample_detail
from app.settings import Settings
from app.storage import ImageStore
from tests.component.batch_desk import BatchDesk
from tests.sample_images import image_bytes


@pytest.fixture
def desk(database: Database, store: ImageStore, settings: Settings) -> BatchDesk:
    return BatchDesk(database, store, settings)


def test_the_same_key_opens_the_same_batch(desk: BatchDesk) -> None:
    assert desk.open(key="k").id == desk.open(key="k").id != desk.open(key="other").id


def test_a_rule_with_an_accession_number_that_cannot_be_is_refused(desk: BatchDesk) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        desk.open(rule=GroupingRule(by="one"))


def test_a_file_is_announced_once_however_often_it_is_said(desk: BatchDesk) -> None:
    first = desk.announce(("26-1/a.png", 10), ("26-1/b.png", 10), ("26-2/a.png", 10))
    second = desk.announce(("26-1/a.png", 10), ("26-1/b.png", 10), ("26-2/a.png", 10))

    assert [file.id for file in first] == [file.id for file in second]
    assert [file.accession_number for file in first] == ["26-1", "26-1", "26-2"]
    assert [sample.files_total for sample in desk.detail().samples] == [2, 1]
    assert desk.detail().status is BatchStatus.SENDING


def test_a_whole_file_becomes_an_image_of_its_sample_queued_as_batch(desk: BatchDesk) -> None:
    content = image_bytes(1)

    file = desk.send("night/26-1/a.png", content)

    (image,) = desk.images()
    assert (file.status, file.state, file.image_id) == (BatchFileStatus.ACCEPTED, "queued", image.id)
    assert image.sha256 == hashlib.sha256(content).hexdigest()
    assert (image.file_name, image.priority) == ("a.png", CountPriority.BATCH)
    assert desk.jobs.committed == [(image.id, 0)]
    assert desk.detail().samples[0].sample_id == image.sample_id


def test_a_file_in_parts_becomes_the_very_same_image(desk: BatchDesk, store: ImageStore) -> None:
    content = image_bytes(2)
    (file,) = desk.announce(("26-1/a.png", len(content)))
    for start in range(0, len(content), 3000):
        file = desk.part(file.id, start, content[start : start + 3000])

    (image,) = desk.images()
    with store.open(image.storage_key) as stream:
        assert stream.read() == content
    assert file.status is BatchFileStatus.ACCEPTED
    assert (desk.parts(), desk.part_files()) == ([], [])


def test_after_a_lost_answer_the_sender_learns_how_far_it_is(desk: BatchDesk) -> None:
    content = image_bytes(3)
    (file,) = desk.announce(("26-1/a.png", len(content)))
    desk.part(file.id, 0, content[:100])

    with pytest.raises(UploadOffsetMismatch, match="up to byte 100"):
        desk.part(file.id, 0, content[:100])
    assert desk.file(file.id).received_bytes == 100
    desk.part(file.id, 100, content[100:])
    with pytest.raises(FileNotAwaited, match="accepted"):
        desk.part(file.id, 100, content[100:])

    assert len(desk.images()) == 1
    assert len(desk.jobs.committed) == 1


@pytest.mark.parametrize("is_whole", [True, False])
def test_of_two_requests_that_bring_the_same_bytes_one_is_taken(desk: BatchDesk, *, is_whole: bool) -> None:
    content = image_bytes(4)
    (file,) = desk.announce(("26-1/a.png", len(content)))
    ready = threading.Barrier(2)

    def send() -> bool:
        ready.wait()
        try:
            desk.part(file.id, 0, content if is_whole else content[:500])
        except (UploadOffsetMismatch, FileNotAwaited):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        taken = [future.result() for future in [pool.submit(send), pool.submit(send)]]

    assert any(taken)
    assert len(desk.images()) == len(desk.jobs.committed) == (1 if is_whole else 0)
    assert len(desk.parts()) == len(desk.part_files()) == (0 if is_whole else 1)
    assert desk.file(file.id).received_bytes == (len(content) if is_whole else 500)


def test_a_file_that_is_no_image_is_refused_and_the_others_go_on(desk: BatchDesk) -> None:
    bad = desk.send("26-1/a.png", b"no image at all")
    good = desk.send("26-1/b.png", image_bytes(5))

    assert (bad.status, good.status) == (BatchFileStatus.REFUSED, BatchFileStatus.ACCEPTED)
    assert bad.reason is not None
    assert bad.reason.code == "not_an_image"
    assert desk.complete().files_by_state == {"refused": 1, "queued": 1}


def test_a_refused_file_makes_no_sample(desk: BatchDesk) -> None:
    desk.send("26-1/a.png", b"no image at all")

    assert desk.detail().samples[0].sample_id is None


@pytest.mark.parametrize(
    ("path", "size", "code"),
    [("a.png", 5, "no_sample"), ("26-1/a.png", 0, "empty_file"), ("26-1/a.png", 200_000_000, "too_large_file")],
)
def test_what_can_never_be_counted_is_refused_when_it_is_announced(
    desk: BatchDesk, path: str, size: int, code: str
) -> None:
    (file,) = desk.announce((path, size))

    assert file.status is BatchFileStatus.REFUSED
    assert file.reason is not None
    assert file.reason.code == code
    assert desk.complete().status is BatchStatus.ATTENTION


def test_an_accession_number_that_cannot_be_refuses_only_its_file(desk: BatchDesk) -> None:
    long, short = desk.announce((f"{'9' * 65}/a.png", 5), ("26-1/a.png", 5))

    assert (long.status, short.status) == (BatchFileStatus.REFUSED, BatchFileStatus.AWAITED)
    assert long.reason is not None
    assert "65 characters" in long.reason.message


def test_the_same_image_is_counted_once_in_a_sample_and_again_in_another(desk: BatchDesk) -> None:
    content = image_bytes(6)
    desk.send("26-1/a.png", content)
    double = desk.send("26-1/b.png", content)
    desk.send("26-2/a.png", content)

    assert double.status is BatchFileStatus.SKIPPED
    assert double.reason is not None
    assert double.reason.code == "duplicate_image"
    assert len(desk.images()) == len(desk.jobs.committed) == 2


def test_an_image_that_failed_is_tried_again(desk: BatchDesk, database: Database) -> None:
    content = image_bytes(7)
    desk.send("26-1/a.png", content)
    with database.unit_of_work() as session:
        session.execute(update(FieldImageRecord).values(status=ImageStatus.FAILED))

    again = desk.send("26-1/b.png", content)

    assert (again.status, again.state) == (BatchFileStatus.ACCEPTED, "queued")
    assert desk.jobs.committed == [(1, 0), (1, 1)]


def test_images_are_added_to_a_sample_that_exists_in_whatever_case(desk: BatchDesk, database: Database) -> None:
    with database.unit_of_work() as session:
        sample_id = create_sample(session, new=NewSample(accession_number="AB-1")).id

    desk.send("ab-1/a.png", image_bytes(8))

    with database.unit_of_work() as session:
        assert sample_detail(session, sample_id=sample_id).images_total == 1


def test_the_manifest_tells_sample_and_note(database: Database, store: ImageStore, settings: Settings) -> None:
    desk = BatchDesk(database, store, settings)
    manifest = "file name,accession number,note\na.png,26-9,edge of the smear\ngone.png,26-8,\n"
    desk.batch_id = desk.open(manifest=manifest).id

    desk.send("26-1/a.png", image_bytes(9))

    (sample,) = desk.detail().samples
    assert (sample.accession_number, sample.note) == ("26-9", "edge of the smear")
    assert [row.line for row in desk.detail().rows_without_file] == [3]


def test_the_manifest_describes_new_samples_and_no_others(
    database: Database, store: ImageStore, settings: Settings
) -> None:
    with database.unit_of_work() as session:
        create_sample(session, new=NewSample(accession_number="26-8", patient_code="P-8"))
    desk = BatchDesk(database, store, settings)
    header = "file,accession,patient code,sex,age,stain\n"
    desk.batch_id = desk.open(manifest=f"{header}a.png,26-9,P-9,f,34,Giemsa\nb.png,26-8,P-7,m,1,\n").id

    desk.send("a.png", image_bytes(9))
    desk.send("b.png", image_bytes(10))

    by_number = {sample.accession_number: sample.sample_id for sample in desk.detail().samples}
    with database.unit_of_work() as session:
        new, old = (sample_detail(session, sample_id=by_number[number] or 0) for number in ("26-9", "26-8"))
    assert (new.patient_code, new.sex, new.age_value, new.stain) == ("P-9", "female", 34, "Giemsa")
    assert (old.patient_code, old.sex, old.age_value) == ("P-8", None, None)


def test_a_batch_is_complete_only_when_everything_arrived_or_is_left_out(desk: BatchDesk) -> None:
    desk.announce(("26-1/a.png", 10))

    with pytest.raises(BatchIncomplete, match="1 announced"):
        desk.complete()
    assert desk.detail().status is BatchStatus.SENDING
    done = desk.complete(leave_out_missing=True)

    assert done.files_by_state == {"abandoned": 1}
    assert desk.complete().completed_at == done.completed_at
    with pytest.raises(BatchClosed):
        desk.announce(("26-1/b.png", 10))


def test_a_part_that_comes_after_the_end_is_refused(desk: BatchDesk) -> None:
    (file,) = desk.announce(("26-1/a.png", 10))
    desk.complete(leave_out_missing=True)

    with pytest.raises(BatchClosed):
        desk.part(file.id, 0, b"12345")


def test_files_and_samples_have_limits_that_are_told(database: Database, store: ImageStore, settings: Settings) -> None:
    small = settings.model_copy(update={"max_files_per_batch": 2, "max_samples_per_batch": 1})
    desk = BatchDesk(database, store, small)

    with pytest.raises(TooManyFiles, match="3 files and the limit is 2"):
        desk.announce(("1/a.png", 1), ("1/b.png", 1), ("1/c.png", 1))
    with pytest.raises(TooManySamples, match="more than 1 samples"):
        desk.announce(("1/a.png", 1), ("2/b.png", 1))
    assert desk.detail().files_total == 0


def test_a_full_disk_keeps_what_had_arrived(desk: BatchDesk, small_disk: Callable[[], None]) -> None:
    content = image_bytes(10, side_px=800)
    assert len(content) > 1_500_000
    (file,) = desk.announce(("26-1/a.png", len(content)))
    desk.part(file.id, 0, content[:500_000])

    with pytest.raises(StorageFull):
        desk.part(file.id, 500_000, content[500_000:])
    assert desk.file(file.id).received_bytes == 500_000
    small_disk()
    done = desk.part(file.id, 500_000, content[500_000:])

    assert done.status is BatchFileStatus.ACCEPTED


def test_an_abandoned_batch_is_closed_and_keeps_what_was_accepted(desk: BatchDesk, database: Database) -> None:
    desk.send("26-1/a.png", image_bytes(11))
    (half,) = desk.announce(("26-1/b.png", 1000))
    desk.part(half.id, 0, b"x" * 300)
    assert sweep_abandoned(desk.intake) == 0
    with database.unit_of_work() as session:
        old = utc_now() - timedelta(hours=desk.settings.abandoned_upload_hours, minutes=1)
        session.execute(update(BatchRecord).values(active_at=old))

    assert sweep_abandoned(desk.intake) == 1

    assert desk.detail().files_by_state == {"queued": 1, "abandoned": 1}
    assert desk.file(half.id).reason is not None
    assert (desk.parts(), desk.part_files()) == ([], [])


def test_parts_that_no_row_knows_are_swept_when_they_are_old(desk: BatchDesk, settings: Settings) -> None:
    (file,) = desk.announce(("26-1/b.png", 1000))
    desk.part(file.id, 0, b"x" * 300)
    with desk.store.receive() as incoming:
        incoming.file.write(b"left by a crash")
        incoming.keep_part()
    old = (utc_now() - timedelta(hours=settings.abandoned_upload_hours + 1)).timestamp()
    for path in desk.part_files():
        os.utime(path, (old, old))

    sweep_abandoned(desk.intake)

    known = Path(desk.parts()[0].storage_key).name
    assert [path.name for path in desk.part_files()] == [known]
