"""Numbers over all images, for those who watch the queue."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.records import FieldImageRecord
from app.schemas.samples import ImageStatus


def count_images_by_status(session: Session) -> dict[ImageStatus, int]:
    """How many images stand at each status; one without images is left out."""
    query = select(FieldImageRecord.status, func.count()).group_by(FieldImageRecord.status)
    return {ImageStatus(status): count for status, count in session.execute(query)}
