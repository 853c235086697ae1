"""Statistics over the whole installation, for monitoring."""

from sqlalchemy.orm import Session

from app.db.repositories.image_statistics import count_images_by_status
from app.schemas.installation_figures import InstallationFigures
from app.services.quality.golden_checks import failing_checks
from app.services.queue.queue_state import queue_state


def installation_figures(session: Session) -> InstallationFigures:
    """The images in each status, the queue, and failed checks; a status without images is left out."""
    golden_failed = len({check.executor_id for check in failing_checks(session)})
    return InstallationFigures(count_images_by_status(session), queue_state(session), golden_failed)
