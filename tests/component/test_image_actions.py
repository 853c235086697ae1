"""Cancelling, trying again and setting aside: once, whoever comes second, and never what is being counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.db.repositories import images
from app.errors import ImageNotChangeable, ImageNotFound, SampleNotFound
from app.schemas.image_changes import ImageChange
from app.schemas.samples import ImageStatus, SampleStatus
from app.schemas.uploads import CountPriority
from app.services.images import image_actions
from app.services.samples.samples import sample_detail, sample_history
from model.types import Notice
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

A, B, C = image_bytes(1), image_bytes(2), image_bytes(3)


def upload(desk: UploadDesk, *contents: bytes) -> list[int]:
    outcomes = desk.send(*(incoming(content) for content in contents))
    return [outcome.image_id for outcome in outcomes if outcome.image_id is not None]


def stand_at(desk: UploadDesk, image_id: int, status: ImageStatus) -> None:
    """Let an image get where a worker would have brought it."""
    with desk.database.unit_of_work() as session:
        images.start_counting(session, image_id)
        if status is not ImageStatus.COUNTING:
            images.finish_image(session, image_id, status=status, reason=Notice("not_a_smear", "No smear."))


def cancel(desk: UploadDesk, image_id: int) -> ImageChange:
    with desk.database.unit_of_work() as session:
        return image_actions.cancel_image(session, image_id=image_id)


def retry(desk: UploadDesk, image_id: int) -> ImageChange:
    with desk.database.unit_of_work() as session:
        return image_actions.retry_image(session, desk.jobs, image_id=image_id)


def set_aside(desk: UploadDesk, image_id: int) -> ImageChange:
    with desk.database.unit_of_work() as session:
        return image_actions.set_image_aside(session, image_id=image_id)


def take_back(desk: UploadDesk, image_id: int) -> ImageChange:
    with desk.database.unit_of_work() as session:
        return image_actions.take_image_back(session, image_id=image_id)


def sample_status(desk: UploadDesk) -> SampleStatus:
    """The sample's status, found alike on its page and by the filter of the list."""
    with desk.database.unit_of_work() as session:
        status = sample_detail(session, sample_id=desk.sample_id).status
        filtered = sample_history(session, status=status)
        others = [sample_history(session, status=other) for other in SampleStatus if other is not status]
    assert [sample.id for sample in filtered.items] == [desk.sample_id]
    assert all(page.items == () for page in others)
    return status


def test_a_cancelled_image_never_starts_and_says_when(desk: UploadDesk) -> None:
    [image_id] = upload(desk, A)

    change = cancel(desk, image_id)

    assert (change.status, change.is_changed) == (ImageStatus.CANCELLED, True)
    with desk.database.unit_of_work() as session:
        assert images.start_counting(session, image_id) is None
    [row] = desk.rows()
    assert row.changed_at is not None
    assert row.queued_at is not None
    assert row.changed_at >= row.queued_at
    assert sample_status(desk) is SampleStatus.ATTENTION


def test_cancelling_a_second_time_changes_nothing(desk: UploadDesk) -> None:
    [image_id] = upload(desk, A)
    cancel(desk, image_id)
    before = desk.rows()[0].changed_at

    assert not cancel(desk, image_id).is_changed
    assert desk.rows()[0].changed_at == before


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ImageStatus.COUNTING, "being counted"),
        (ImageStatus.COUNTED, "counted already"),
        (ImageStatus.REFUSED, "does not wait"),
        (ImageStatus.FAILED, "does not wait"),
    ],
)
def test_what_is_counted_or_finished_is_not_cancelled(desk: UploadDesk, status: ImageStatus, words: str) -> None:
    [image_id] = upload(desk, A)
    stand_at(desk, image_id, status)

    with pytest.raises(ImageNotChangeable, match=words):
        cancel(desk, image_id)

    assert desk.rows()[0].status is status


def test_cancelling_a_sample_takes_what_waits_and_leaves_what_is_counted(desk: UploadDesk) -> None:
    first, second, third = upload(desk, A, B, C)
    stand_at(desk, second, ImageStatus.COUNTING)

    with desk.database.unit_of_work() as session:
        changed = image_actions.cancel_waiting_images(session, sample_id=desk.sample_id)

    assert changed.image_ids == (first, third)
    assert [row.status for row in desk.rows()] == [
        ImageStatus.CANCELLED,
        ImageStatus.COUNTING,
        ImageStatus.CANCELLED,
    ]


@pytest.mark.parametrize("status", [ImageStatus.FAILED, ImageStatus.CANCELLED])
def test_a_retried_image_gets_one_new_job_however_often_it_is_asked_for(desk: UploadDesk, status: ImageStatus) -> None:
    [image_id] = upload(desk, A)
    if status is ImageStatus.CANCELLED:
        cancel(desk, image_id)
    else:
        stand_at(desk, image_id, status)

    with ThreadPoolExecutor(4) as pool:
        changes = list(pool.map(lambda _: retry(desk, image_id), range(4)))

    assert [change.status for change in changes] == [ImageStatus.QUEUED] * 4
    assert sum(change.is_changed for change in changes) == 1
    assert desk.jobs.committed == [(image_id, 0), (image_id, 1)]
    [row] = desk.rows()
    assert (row.attempts, row.job_round, row.reason_code, row.priority) == (0, 1, None, CountPriority.INTERACTIVE)


def test_a_refused_or_counted_image_is_not_tried_again(desk: UploadDesk) -> None:
    refused, counted = upload(desk, A, B)
    stand_at(desk, refused, ImageStatus.REFUSED)
    stand_at(desk, counted, ImageStatus.COUNTED)

    with pytest.raises(ImageNotChangeable, match="same refusal"):
        retry(desk, refused)
    with pytest.raises(ImageNotChangeable, match="counted already"):
        retry(desk, counted)

    assert len(desk.jobs.committed) == 2


def test_retrying_a_sample_queues_what_failed_and_what_was_cancelled(desk: UploadDesk) -> None:
    failed, cancelled, counted = upload(desk, A, B, C)
    stand_at(desk, failed, ImageStatus.FAILED)
    cancel(desk, cancelled)
    stand_at(desk, counted, ImageStatus.COUNTED)

    with desk.database.unit_of_work() as session:
        changed = image_actions.retry_images(session, desk.jobs, sample_id=desk.sample_id)

    assert changed.image_ids == (failed, cancelled)
    assert set(desk.jobs.committed[3:]) == {(failed, 1), (cancelled, 1)}


def test_a_cancelled_image_that_is_sent_again_is_counted(desk: UploadDesk) -> None:
    [image_id] = upload(desk, A)
    cancel(desk, image_id)

    assert upload(desk, A) == [image_id]
    assert desk.rows()[0].status is ImageStatus.QUEUED


def test_a_sample_is_complete_without_the_image_that_was_set_aside(desk: UploadDesk) -> None:
    counted, refused = upload(desk, A, B)
    stand_at(desk, counted, ImageStatus.COUNTED)
    stand_at(desk, refused, ImageStatus.REFUSED)
    assert sample_status(desk) is SampleStatus.ATTENTION

    assert set_aside(desk, refused).is_changed
    assert not set_aside(desk, refused).is_changed

    assert sample_status(desk) is SampleStatus.READY
    with desk.database.unit_of_work() as session:
        detail = sample_detail(session, sample_id=desk.sample_id)
    assert (detail.images_total, detail.images_set_aside) == (2, 1)
    assert detail.images[1].set_aside_at is not None
    assert detail.images[1].reason == Notice("not_a_smear", "No smear.")

    assert take_back(desk, refused).is_changed
    assert not take_back(desk, refused).is_changed
    assert sample_status(desk) is SampleStatus.ATTENTION


def test_a_sample_without_any_count_is_not_complete_though_everything_was_set_aside(desk: UploadDesk) -> None:
    [refused] = upload(desk, A)
    stand_at(desk, refused, ImageStatus.REFUSED)
    set_aside(desk, refused)

    assert sample_status(desk) is SampleStatus.ATTENTION


@pytest.mark.parametrize("status", [ImageStatus.QUEUED, ImageStatus.COUNTING, ImageStatus.COUNTED])
def test_an_image_with_counts_or_still_to_be_counted_is_not_set_aside(desk: UploadDesk, status: ImageStatus) -> None:
    [image_id] = upload(desk, A)
    if status is not ImageStatus.QUEUED:
        stand_at(desk, image_id, status)

    with pytest.raises(ImageNotChangeable, match="cannot be set aside"):
        set_aside(desk, image_id)


def test_an_image_that_is_tried_again_is_no_longer_aside(desk: UploadDesk) -> None:
    [image_id] = upload(desk, A)
    stand_at(desk, image_id, ImageStatus.FAILED)
    set_aside(desk, image_id)

    retry(desk, image_id)

    assert desk.rows()[0].set_aside_at is None


@pytest.mark.parametrize("act", [cancel, retry, set_aside, take_back])
def test_an_image_that_does_not_exist(desk: UploadDesk, act: Callable[[UploadDesk, int], ImageChange]) -> None:
    with pytest.raises(ImageNotFound):
        act(desk, 77)


def test_a_sample_that_does_not_exist(desk: UploadDesk) -> None:
    with desk.database.unit_of_work() as session:
        with pytest.raises(SampleNotFound):
            image_actions.cancel_waiting_images(session, sample_id=77)
        with pytest.raises(SampleNotFound):
            image_actions.retry_images(session, desk.jobs, sample_id=77)


def test_a_worker_and_a_person_at_the_same_moment_never_both_get_the_image(desk: UploadDesk) -> None:
    ids = upload(desk, *(image_bytes(seed) for seed in range(20, 40)))

    def start(image_id: int) -> bool:
        with desk.database.unit_of_work() as session:
            return images.start_counting(session, image_id) is not None

    def try_to_cancel(image_id: int) -> bool:
        try:
            return cancel(desk, image_id).is_changed
        except ImageNotChangeable:
            return False

    with ThreadPoolExecutor(4) as pool:
        started = pool.map(start, ids)
        cancelled = pool.map(try_to_cancel, ids)
        assert [first + second for first, second in zip(started, cancelled, strict=True)] == [1] * len(ids)
