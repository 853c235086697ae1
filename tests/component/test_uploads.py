"""An accepted image is stored, has a row and a job; a refused one leaves nothing; one never disturbs the others."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from sqlalchemy import update

from app.db.records import FieldImageRecord
from app.errors import InvalidInput, SampleNotFound, StorageFull, TooManyFiles
from app.schemas.samples import ImageStatus, SampleStatus
from app.schemas.uploads import IncomingFile, UploadOutcome
from app.services.intake.uploads import accept_images
from app.services.samples.samples import sample_detail
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

TOO_BIG_FOR_THE_SMALL_DISK = image_bytes(side_px=700)


def test_an_accepted_image(desk: UploadDesk) -> None:
    content = image_bytes(side_px=80)

    [outcome] = desk.send(incoming(content, "fields/überblick.png"))

    [row] = desk.rows()
    [stored] = desk.stored_files()
    assert outcome == UploadOutcome(file_name="überblick.png", image_id=row.id)
    assert (row.status, row.format, row.width, row.height) == (ImageStatus.QUEUED, "PNG", 80, 80)
    assert row.byte_size == len(content)
    assert stored.read_bytes() == content
    assert stored.name == row.sha256
    assert desk.jobs.committed == [(row.id, 0)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"this is a text, not an image", "not_an_image"),
        (image_bytes()[:2000], "truncated"),
        (b"GIF89a" + bytes(100), "unsupported_format"),
        (image_bytes(side_px=20), "too_small"),
    ],
)
def test_a_refused_file_says_why_and_leaves_nothing(desk: UploadDesk, content: bytes, code: str) -> None:
    [outcome] = desk.send(incoming(content))

    assert outcome.image_id is None
    assert outcome.error is not None
    assert outcome.error.code == code
    assert outcome.error.message.endswith(".")
    assert desk.rows() == []
    assert desk.stored_files() == []
    assert desk.jobs.committed == []


def test_one_bad_file_never_stops_the_others(desk: UploadDesk) -> None:
    outcomes = desk.send(
        incoming(image_bytes(1), "a.png"), incoming(b"no image", "b.png"), incoming(image_bytes(2), "c.png")
    )

    assert [outcome.file_name for outcome in outcomes] == ["a.png", "b.png", "c.png"]
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert [row.file_name for row in desk.rows()] == ["a.png", "c.png"]
    assert len(desk.jobs.committed) == 2


def test_a_file_over_the_limit_is_not_read_to_its_end(desk: UploadDesk) -> None:
    class EndlessStream(BytesIO):
        """More bytes than any disk has."""

        given = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert size > 0
            self.given += size
            return bytes(size)

    stream = EndlessStream()
    settings = desk.settings.model_copy(update={"max_file_bytes": 3_000_000})

    [outcome] = accept_images(
        desk.database.unit_of_work,
        desk.store,
        desk.jobs,
        settings,
        sample_id=desk.sample_id,
        files=[IncomingFile("endless.png", stream)],
    )

    assert outcome.error is not None
    assert outcome.error.code == "too_large_file"
    assert stream.given == 3_000_001


def test_the_same_image_twice_names_the_one_it_equals(desk: UploadDesk) -> None:
    first, second = desk.send(incoming(image_bytes(), "a.png"), incoming(image_bytes(), "b.png"))

    assert second.image_id is None
    assert second.is_duplicate
    assert second.duplicate_of == first.image_id
    assert second.error is not None
    assert second.error.code == "duplicate_image"
    assert "'b.png' is the same image as 'a.png'" in second.error.message
    assert len(desk.rows()) == len(desk.stored_files()) == len(desk.jobs.committed) == 1


def test_two_samples_may_have_the_same_image_which_is_stored_once(desk: UploadDesk) -> None:
    desk.send(incoming(image_bytes()))

    [outcome] = desk.send(incoming(image_bytes()), sample_id=desk.new_sample("other"))

    assert outcome.error is None
    assert len(desk.rows()) == 2
    assert len(desk.stored_files()) == 1


def test_the_same_image_on_many_connections_at_once_is_taken_once(desk: UploadDesk) -> None:
    with ThreadPoolExecutor(6) as pool:
        outcomes = [outcomes[0] for outcomes in pool.map(lambda _: desk.send(incoming(image_bytes())), range(6))]

    assert sum(outcome.error is None for outcome in outcomes) == 1
    assert sum(outcome.is_duplicate for outcome in outcomes) == 5
    assert len(desk.rows()) == len(desk.jobs.committed) == 1


def test_an_image_that_failed_may_be_sent_again(desk: UploadDesk) -> None:
    [first] = desk.send(incoming(image_bytes()))
    with desk.database.unit_of_work() as session:
        session.execute(update(FieldImageRecord).values(status=ImageStatus.FAILED, attempts=6, reason_code="x"))

    [second] = desk.send(incoming(image_bytes()))

    assert first.image_id is not None
    assert second == first
    assert desk.jobs.committed == [(first.image_id, 0), (first.image_id, 1)]
    [row] = desk.rows()
    assert (row.status, row.attempts, row.reason_code) == (ImageStatus.QUEUED, 0, None)
    with desk.database.unit_of_work() as session:
        assert sample_detail(session, sample_id=desk.sample_id).status is SampleStatus.QUEUED


def test_an_unknown_sample_takes_no_image(desk: UploadDesk) -> None:
    with pytest.raises(SampleNotFound):
        desk.send(incoming(image_bytes()), sample_id=77)

    assert desk.stored_files() == []


def test_an_upload_without_files_is_told_so(desk: UploadDesk) -> None:
    with pytest.raises(InvalidInput, match="choose at least one photograph"):
        desk.send()


def test_too_many_files_are_refused_as_a_whole(desk: UploadDesk) -> None:
    desk.settings = desk.settings.model_copy(update={"max_files_per_upload": 2})

    with pytest.raises(TooManyFiles, match="3 files and the limit is 2"):
        desk.send(*(incoming(image_bytes(seed)) for seed in range(3)))

    assert desk.rows() == []


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk(desk: UploadDesk) -> None:
    with pytest.raises(StorageFull):
        desk.send(incoming(TOO_BIG_FOR_THE_SMALL_DISK))

    assert desk.rows() == []
    assert desk.stored_files() == []
    assert desk.jobs.committed == []


@pytest.mark.usefixtures("small_disk")
def test_a_disk_without_room_for_one_file_takes_the_others(desk: UploadDesk) -> None:
    big, small = desk.send(incoming(TOO_BIG_FOR_THE_SMALL_DISK), incoming(image_bytes()))

    assert big.error is not None
    assert big.error.code == "storage_full"
    assert small.error is None


def test_a_failing_queue_takes_its_row_with_it(desk: UploadDesk) -> None:
    """Row and job are one transaction: without a job there must be no row that promises a count."""

    class BrokenJobs:
        def enqueue_count(self, *_: object, **__: object) -> None:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        desk.send(incoming(image_bytes()), jobs=BrokenJobs())

    assert desk.rows() == []
