"""The queue told in numbers: from the rows alone, and not available where nothing was measured."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.db.records import ExecutorHeartbeatRecord, FieldImageRecord
from app.db.repositories import images
from app.schemas.queue import QueueState
from app.schemas.samples import ImageStatus
from app.services.images.image_actions import set_image_aside
from app.services.queue.queue_state import queue_state, sample_seconds_to_go, seconds_to_go
from model.types import Notice
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming


def upload(desk: UploadDesk, number: int, *, sample_id: int | None = None) -> list[int]:
    files = [incoming(image_bytes(seed), f"f{seed}.png") for seed in range(number)]
    return [outcome.image_id or 0 for outcome in desk.send(*files, sample_id=sample_id)]


def state(desk: UploadDesk) -> QueueState:
    with desk.database.unit_of_work() as session:
        return queue_state(session)


def beat(desk: UploadDesk, name: str, *, images_per_s: float | None, silent_s: float = 0.0) -> None:
    now = datetime.now(UTC)
    with desk.database.unit_of_work() as session:
        session.add(
            ExecutorHeartbeatRecord(
                executor_id=name,
                started_at=now - timedelta(hours=1),
                beat_at=now - timedelta(seconds=silent_s),
                weights="test 1",
                device="cpu",
                slots=1,
                computing=0,
                finished=9,
                images_per_s=images_per_s,
            )
        )


def test_an_empty_queue_defines_no_age_and_no_time(desk: UploadDesk) -> None:
    queue = state(desk)

    assert (queue.waiting, queue.running, queue.failed, queue.workers) == (0, 0, 0, ())
    assert (queue.oldest_waiting_s, queue.images_per_s, queue.seconds_to_go) == (None, None, None)


def test_the_queue_counts_what_waits_runs_and_failed(desk: UploadDesk) -> None:
    ids = upload(desk, 6)
    with desk.database.unit_of_work() as session:
        session.execute(update(FieldImageRecord).where(FieldImageRecord.id == ids[5]).values(priority=10))
        images.start_counting(session, ids[0])
        for image_id in ids[1:3]:
            images.finish_image(session, image_id, status=ImageStatus.FAILED, reason=Notice("counting_failed", "Gone."))
        images.cancel_queued(session, image_id=ids[3])
        long_ago = datetime.now(UTC) - timedelta(minutes=5)
        session.execute(update(FieldImageRecord).where(FieldImageRecord.id == ids[5]).values(queued_at=long_ago))
        set_image_aside(session, image_id=ids[2])

    queue = state(desk)

    assert (queue.waiting, queue.running, queue.failed, queue.cancelled) == (2, 1, 1, 1)
    assert queue.waiting_by_priority == {"interactive": 1, "batch": 1}
    assert queue.oldest_waiting_s == pytest.approx(300, abs=30)
    assert [image.image_id for image in queue.waiting_images] == [ids[4], ids[5]], "a person's image goes first"
    assert [image.image_id for image in queue.running_images] == [ids[0]]
    [failed] = queue.failed_images
    assert (failed.image_id, failed.accession_number, failed.file_name) == (ids[1], "24-0012", "f1.png")
    assert failed.reason == Notice("counting_failed", "Gone.")


def test_rows_from_before_the_times_were_kept_have_the_age_of_their_upload(desk: UploadDesk) -> None:
    upload(desk, 1)
    with desk.database.unit_of_work() as session:
        session.execute(update(FieldImageRecord).values(queued_at=None, changed_at=None))

    queue = state(desk)

    assert queue.oldest_waiting_s is not None
    assert queue.waiting_images[0].since is not None


def test_time_to_go_rests_on_what_living_workers_measured(desk: UploadDesk) -> None:
    upload(desk, 6)
    beat(desk, "new", images_per_s=None)
    assert state(desk).seconds_to_go is None

    beat(desk, "one", images_per_s=0.5)
    beat(desk, "two", images_per_s=1.0)
    beat(desk, "dead", images_per_s=100.0, silent_s=31)
    queue = state(desk)

    assert queue.images_per_s == 1.5
    assert queue.seconds_to_go == pytest.approx(4.0)
    assert [(worker.executor_id, worker.is_alive) for worker in queue.workers] == [
        ("dead", False),
        ("new", True),
        ("one", True),
        ("two", True),
    ]


def test_a_sample_waits_for_what_is_before_it_and_not_for_what_is_behind(desk: UploadDesk) -> None:
    first = desk.sample_id
    upload(desk, 3)
    second = desk.new_sample("24-0013")
    upload(desk, 2, sample_id=second)
    third = desk.new_sample("24-0014")
    upload(desk, 5, sample_id=third)
    beat(desk, "one", images_per_s=1.0)

    with desk.database.unit_of_work() as session:
        to_go = [sample_seconds_to_go(session, sample_id=sample_id) for sample_id in (first, second, third)]
        assert to_go == [3.0, 5.0, 10.0]
        images.cancel_queued(session, sample_id=second)
        assert sample_seconds_to_go(session, sample_id=second) is None
        assert sample_seconds_to_go(session, sample_id=third) == 8.0


def test_no_speed_is_no_time() -> None:
    assert seconds_to_go(5, None) is None
    assert seconds_to_go(0, 2.0) is None
    assert seconds_to_go(5, 2.0) == 2.5
