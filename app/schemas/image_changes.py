"""What became of an image, or of several, that a person cancelled, tried again or set aside."""

from app.schemas.base import Schema
from app.schemas.samples import ImageStatus


class ImageChange(Schema):
    """One image after a person's decision. ``is_changed`` is False where it stood there already.

    ``job_round`` numbers the job that counts it: 0 for the first, one more for every time that it is tried again.
    """

    image_id: int
    sample_id: int
    status: ImageStatus
    is_set_aside: bool
    is_changed: bool
    job_round: int


class ImagesChanged(Schema):
    """The images that a decision about a whole sample or batch changed."""

    image_ids: tuple[int, ...]
