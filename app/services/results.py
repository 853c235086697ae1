"""Results: the record of a counted image, and the image itself."""

from typing import BinaryIO, NamedTuple

from sqlalchemy.orm import Session

from app.schemas.result_record import ResultRecord
from app.storage import ImageStore


class ImageContent(NamedTuple):
    """A stored image: open binary stream (the caller closes it), media type and a safe file name."""

    stream: BinaryIO
    media_type: str
    file_name: str
    byte_size: int
    sha256: str


def image_result(session: Session, *, image_id: int) -> ResultRecord:
    """The newest result record of an image, counted or refused.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It waits for counting, is being counted, or could not be counted.
    """
    raise NotImplementedError


def image_content(session: Session, store: ImageStore, *, image_id: int) -> ImageContent:
    """The bytes of an image exactly as uploaded.

    Raises:
        ImageNotFound: There is no such image, or its file is gone from the image store.
    """
    raise NotImplementedError
