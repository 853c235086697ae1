"""What services need of a job queue, so that they never know which one it is."""

from typing import Protocol

from sqlalchemy.orm import Session


class JobQueue(Protocol):
    """A durable queue of images waiting to be counted."""

    def enqueue_count(self, session: Session, image_id: int, priority: int, *, job_round: int = 0) -> None:
        """Put an image in the queue as part of the session's own transaction: both or neither.

        The lowest ``priority`` number goes first. The same image in the same round is queued once.
        """
        ...
