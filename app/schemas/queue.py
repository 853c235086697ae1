"""What the queue is doing: what waits, what is counted, what failed, who counts, and how long it will take."""

from datetime import datetime

from app.schemas.base import Schema
from app.schemas.samples import ImageStatus
from model.types import Notice


class QueueImage(Schema):
    """One image that waits, is being counted, or failed, since ``since``; ``attempts`` counts its tries."""

    image_id: int
    sample_id: int
    accession_number: str
    file_name: str
    status: ImageStatus
    priority: str
    attempts: int
    since: datetime
    reason: Notice | None


class WorkerState(Schema):
    """One process that counts. ``is_alive`` is False once it has been silent for longer than ``QueueState`` says.

    ``images_per_s`` is what it measured of itself on its last images, None before its first ones. ``weights_problem``
    is why it counts nothing, where it cannot load the weights that are active.
    """

    executor_id: str
    is_alive: bool
    started_at: datetime
    last_sign_at: datetime
    silent_s: float
    weights: str | None
    weights_problem: str | None
    device: str | None
    slots: int | None
    computing: int | None
    finished: int | None
    images_per_s: float | None


class QueueState(Schema):
    """The queue at one moment.

    ``oldest_waiting_s`` is the age of the image that has waited longest, None while none waits. ``images_per_s`` adds
    up what the living workers measured of themselves, None while none has measured anything; ``seconds_to_go`` is
    what waits and is being counted at that rate, and None too where nothing waits. ``finished_last_minute`` is what was
    really finished. The lists hold the first images only: ``waiting``, ``running`` and ``failed`` count all.
    """

    at: datetime
    waiting: int
    waiting_by_priority: dict[str, int]
    running: int
    failed: int
    cancelled: int
    oldest_waiting_s: float | None
    finished_last_minute: float
    images_per_s: float | None
    seconds_to_go: float | None
    silent_after_s: float
    workers: tuple[WorkerState, ...]
    waiting_images: tuple[QueueImage, ...]
    running_images: tuple[QueueImage, ...]
    failed_images: tuple[QueueImage, ...]

    @property
    def workers_alive(self) -> int:
        """How many processes count now."""
        return sum(worker.is_alive for worker in self.workers)
