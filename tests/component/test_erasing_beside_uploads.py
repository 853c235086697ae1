"""The same photograph is uploaded while it is erased: what was accepted is there, whoever comes first."""

import threading
from concurrent.futures import ThreadPoolExecutor

from app.db.records import FieldImageRecord
from app.protection_errors import ContentErased
from app.services.privacy.erasing import erase_photograph
from tests.component.reviewing import NAMED_FIELD, counted_field
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

ROUNDS = 12


def test_nothing_accepted_is_lost_to_an_erasure(desk: UploadDesk) -> None:
    outcomes = [erase_and_upload(desk, number) for number in range(ROUNDS)]

    with desk.database.unit_of_work() as session:
        accepted = [session.get_one(FieldImageRecord, image_id) for image_id in outcomes if image_id is not None]
    assert accepted != []
    assert [image.id for image in accepted if not desk.store.has_image(image.storage_key)] == []


def erase_and_upload(desk: UploadDesk, number: int) -> int | None:
    """Both at the same moment; gives the image that was accepted, None where the upload was told to come again."""
    erased = counted_field(desk, *NAMED_FIELD, seed=number)
    other = desk.new_sample(f"other-{number}")
    both = threading.Barrier(2)

    def erase() -> None:
        both.wait(60)
        with desk.database.unit_of_work() as session:
            erase_photograph(session, desk.store, image_id=erased, reason="test")

    def upload() -> int | None:
        both.wait(60)
        try:
            [outcome] = desk.send(incoming(image_bytes(number), "again.png"), sample_id=other)
        except ContentErased:
            return None
        assert outcome.error is None
        return outcome.image_id

    with ThreadPoolExecutor(2) as threads:
        erasing, uploading = threads.submit(erase), threads.submit(upload)
        erasing.result(120)
        return uploading.result(120)
