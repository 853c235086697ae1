"""What the whole installation looks like in numbers, for those who watch it."""

from dataclasses import dataclass

from app.schemas.queue import QueueState
from app.schemas.samples import ImageStatus


@dataclass(frozen=True, slots=True)
class InstallationFigures:
    """Read from the database, so that every process that shares it tells the same.

    ``golden_checks_failed`` are counting processes whose last check of the golden fields differed.
    """

    images_by_status: dict[ImageStatus, int]
    queue: QueueState
    golden_checks_failed: int
