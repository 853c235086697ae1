"""A result is served exactly as it was written, and an image exactly as it was uploaded."""

import pytest

from app.db.session import Database
from app.errors import ImageNotFound, ResultNotReady, StoredImageMissing
from app.schemas.result_record import build_result_record
from app.schemas.samples import ImageStatus
from app.services.queue.results import image_content, image_result, record_result
from app.services.samples.samples import sample_detail
from model.types import Notice
from tests.component.test_result_record import COUNTED
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

RECORD = build_result_record("field.png", COUNTED)


@pytest.fixture
def image_id(desk: UploadDesk) -> int:
    [outcome] = desk.send(incoming(image_bytes(), "🩸 field.png"))
    assert outcome.image_id is not None
    return outcome.image_id


def test_a_result_comes_back_as_it_was_written(desk: UploadDesk, image_id: int) -> None:
    with desk.database.unit_of_work() as session:
        assert record_result(session, image_id=image_id, record=RECORD, thresholds={"RBC": 0.4})

    with desk.database.unit_of_work() as session:
        assert image_result(session, image_id=image_id) == RECORD
        [image] = sample_detail(session, sample_id=desk.sample_id).images
    assert image.status is ImageStatus.COUNTED
    assert image.counts == RECORD.counts
    assert image.warnings == (Notice("colour_missing", "The image has no colour."),)
    assert image.counted_at is not None


def test_only_the_first_result_of_an_image_stands(desk: UploadDesk, image_id: int) -> None:
    with desk.database.unit_of_work() as session:
        record_result(session, image_id=image_id, record=RECORD, thresholds=None)

    with desk.database.unit_of_work() as session:
        late = RECORD.model_copy(update={"image": "late.png"})
        assert not record_result(session, image_id=image_id, record=late, thresholds=None)

    with desk.database.unit_of_work() as session:
        assert image_result(session, image_id=image_id).image == "field.png"


def test_a_waiting_image_has_no_result_yet(desk: UploadDesk, image_id: int) -> None:
    with desk.database.unit_of_work() as session, pytest.raises(ResultNotReady, match="it is queued"):
        image_result(session, image_id=image_id)


@pytest.mark.parametrize("image_id", [0, -1, 12345, 2**63])
def test_an_image_that_does_not_exist(desk: UploadDesk, image_id: int) -> None:
    with desk.database.unit_of_work() as session:
        with pytest.raises(ImageNotFound):
            image_result(session, image_id=image_id)
        with pytest.raises(ImageNotFound):
            image_content(session, desk.store, image_id=image_id)


@pytest.mark.parametrize(
    ("file_format", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("WEBP", "image/webp"),
    ],
)
def test_an_image_comes_back_as_it_was_uploaded(desk: UploadDesk, file_format: str, media_type: str) -> None:
    content = image_bytes(file_format=file_format)
    [outcome] = desk.send(incoming(content, "field"))
    assert outcome.image_id is not None

    with desk.database.unit_of_work() as session:
        found = image_content(session, desk.store, image_id=outcome.image_id)

    with found.stream as stream:
        assert stream.read() == content
    assert (found.media_type, found.byte_size, found.file_name) == (media_type, len(content), "field")


def test_a_lost_file_is_told_in_words(desk: UploadDesk, image_id: int, database: Database) -> None:
    for path in desk.stored_files():
        path.unlink()

    with database.unit_of_work() as session, pytest.raises(StoredImageMissing, match="restore it from a backup"):
        image_content(session, desk.store, image_id=image_id)
