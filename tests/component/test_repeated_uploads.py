"""An upload sent again with its Idempotency-Key gets the same answer and adds nothing, even after a crash."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.errors import IdempotencyKeyReused, InvalidInput
from app.schemas.uploads import IncomingFile
from tests.component.fakes import NotedJobs
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

KEY = "key-1"


class CrashingJobs(NotedJobs):
    """Works for some images, then the process is gone."""

    def __init__(self, images_before_the_crash: int) -> None:
        super().__init__()
        self.left = images_before_the_crash

    def enqueue_count(self, session: Session, image_id: int, priority: int, *, job_round: int = 0) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        super().enqueue_count(session, image_id, priority, job_round=job_round)


def three_files() -> list[IncomingFile]:
    return [incoming(image_bytes(1), "a.png"), incoming(b"no image", "b.txt"), incoming(image_bytes(2), "c.png")]


def test_the_same_upload_again_gets_the_same_answer(desk: UploadDesk) -> None:
    first = desk.send(*three_files(), key=KEY)
    second = desk.send(*three_files(), key=KEY)

    assert second == first
    assert first[1].error is not None
    assert len(desk.rows()) == len(desk.jobs.committed) == 2


def test_without_a_key_the_second_time_is_a_duplicate(desk: UploadDesk) -> None:
    desk.send(incoming(image_bytes()))

    [second] = desk.send(incoming(image_bytes()))

    assert second.is_duplicate


def test_another_key_is_another_upload(desk: UploadDesk) -> None:
    desk.send(incoming(image_bytes()), key="key-1")

    [second] = desk.send(incoming(image_bytes()), key="key-2")

    assert second.is_duplicate


@pytest.mark.parametrize(
    "others",
    [
        [incoming(image_bytes(9), "a.png")],
        [incoming(image_bytes(1), "other-name.png")],
        [incoming(image_bytes(1), "a.png"), incoming(image_bytes(2), "b.png")],
    ],
)
def test_a_key_stands_for_one_set_of_files(desk: UploadDesk, others: list[IncomingFile]) -> None:
    desk.send(incoming(image_bytes(1), "a.png"), key=KEY)

    with pytest.raises(IdempotencyKeyReused, match="'key-1' was used for other files"):
        desk.send(*others, key=KEY)

    assert len(desk.rows()) == 1


def test_the_same_key_in_another_sample_is_another_upload(desk: UploadDesk) -> None:
    desk.send(incoming(image_bytes()), key=KEY)

    [outcome] = desk.send(incoming(image_bytes(5)), key=KEY, sample_id=desk.new_sample("other"))

    assert outcome.error is None


@pytest.mark.parametrize("stored_before_the_crash", [0, 1, 2])
def test_an_upload_cut_off_by_a_crash_is_completed_by_its_repetition(
    desk: UploadDesk, stored_before_the_crash: int
) -> None:
    files = [image_bytes(1), image_bytes(2), image_bytes(3)]
    with pytest.raises(KeyboardInterrupt):
        desk.send(*map(incoming, files), key=KEY, jobs=CrashingJobs(stored_before_the_crash))
    assert len(desk.rows()) == stored_before_the_crash

    outcomes = desk.send(*map(incoming, files), key=KEY)

    assert [outcome.error for outcome in outcomes] == [None, None, None]
    assert {outcome.image_id for outcome in outcomes} == {row.id for row in desk.rows()}
    assert len(desk.jobs.committed) == 3 - stored_before_the_crash


def test_an_image_twice_in_one_upload_stays_a_duplicate_when_the_upload_is_completed(desk: UploadDesk) -> None:
    files = [image_bytes(1), image_bytes(1), image_bytes(2)]
    with pytest.raises(KeyboardInterrupt):
        desk.send(*map(incoming, files), key=KEY, jobs=CrashingJobs(1))

    outcomes = desk.send(*map(incoming, files), key=KEY)

    assert [outcome.is_duplicate for outcome in outcomes] == [False, True, False]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "\0"])
def test_an_unusable_key_is_refused(desk: UploadDesk, key: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 255 visible characters"):
        desk.send(incoming(image_bytes()), key=key)


def test_a_lack_of_room_is_not_remembered_as_the_answer(desk: UploadDesk, small_disk: Callable[[], None]) -> None:
    small, big = image_bytes(1), image_bytes(2, side_px=700)
    first = desk.send(incoming(small), incoming(big), key=KEY)
    small_disk()

    again = desk.send(incoming(small), incoming(big), key=KEY)

    assert first[1].error is not None
    assert first[1].error.code == "storage_full"
    assert [outcome.error for outcome in again] == [None, None]
    assert again[0].image_id == first[0].image_id
