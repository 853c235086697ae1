"""A job queue that only writes down what was queued, inside the transaction as the real one does."""

from dataclasses import dataclass, field

from sqlalchemy import event
from sqlalchemy.orm import Session


@dataclass
class NotedJobs:
    """Notes a job when, and only when, its transaction is committed."""

    committed: list[tuple[int, int]] = field(default_factory=list)

    def enqueue_count(self, session: Session, image_id: int, priority: int, *, job_round: int = 0) -> None:
        """Note the image and its round once the session commits."""
        assert priority > 0
        event.listen(session, "after_commit", lambda _: self.committed.append((image_id, job_round)), once=True)
