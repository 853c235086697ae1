"""What services need of a job queue, so that they never know which one it is."""

from typing import Protocol

from sqlalchemy.orm import Session

from app.schemas.uploads import CountPriority


class JobQueue(Protocol):
    """A durable queue of images waiting to be counted."""

    def enqueue_count(self, session: Session, image_id: int, priority: CountPriority) -> None:
        """Put an image in the queue as part of the session's own transaction: both or neither."""
        ...
