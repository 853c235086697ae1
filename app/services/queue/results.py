"""Results: the record of a counted image, and the image itself."""

from collections.abc import Mapping
from typing import BinaryIO, NamedTuple

from sqlalchemy.orm import Session

from app.db.repositories import analyses, images
from app.errors import ResultNotReady, StoredImageMissing
from app.protection_errors import PhotographErased
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus
from app.services.reviews.reviewed_cells import unidentified_cells
from app.services.reviews.reviews import with_review
from app.storage import ImageStore

_MEDIA_TYPES = {
    "BMP": "image/bmp",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
}


class ImageContent(NamedTuple):
    """A stored image: open binary stream (the caller closes it), media type and a safe file name."""

    stream: BinaryIO
    media_type: str
    file_name: str
    byte_size: int
    sha256: str


def image_result(session: Session, *, image_id: int) -> ResultRecord:
    """The newest result record of an image, counted or refused; with a person's corrections, where there are any.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It waits for counting, is being counted, or could not be counted.
    """
    image = images.get_image(session, image_id)
    analysis = analyses.find_newest_analysis(session, image_id)
    if analysis is None:
        raise ResultNotReady(image_id, image.status, image.reason_message)
    return with_review(session, analysis, ResultRecord.model_validate_json(analysis.result_json))


def image_content(session: Session, store: ImageStore, *, image_id: int) -> ImageContent:
    """The bytes of an image exactly as uploaded.

    Raises:
        ImageNotFound: There is no such image.
        StoredImageMissing: Its file is gone from the image store.
        PhotographErased: It was erased on purpose.
    """
    image = images.get_image(session, image_id)
    if image.erased_at is not None:
        raise PhotographErased(image_id)
    try:
        stream = store.open(image.storage_key)
    except FileNotFoundError as error:
        raise StoredImageMissing(image_id) from error
    return ImageContent(stream, _MEDIA_TYPES[image.format], image.file_name, image.byte_size, image.sha256)


def record_result(
    session: Session, *, image_id: int, record: ResultRecord, thresholds: Mapping[str, float] | None
) -> bool:
    """Write down what counting an image gave, and close the image.

    False when it is finished already: the same image may be counted twice when a process was
    thought dead, and only the first result stands.
    """
    is_first = images.finish_image(
        session,
        image_id,
        status=ImageStatus(record.status),
        reason=record.reason,
        warnings=record.warnings,
        unidentified_cells=unidentified_cells(record),
    )
    if is_first:
        session.add(analyses.new_analysis(image_id, record, thresholds))
    return is_first
