"""Statistics over the whole installation, for monitoring."""

from sqlalchemy.orm import Session

from app.db.repositories.image_statistics import count_images_by_status
from app.schemas.samples import ImageStatus


def images_by_status(session: Session) -> dict[ImageStatus, int]:
    """How many images there are in each status; one without images is left out."""
    return count_images_by_status(session)
