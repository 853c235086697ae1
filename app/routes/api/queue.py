"""``/api/v1/queue``: what waits, who counts, and how long it will take."""

from fastapi import APIRouter

from app.schemas.queue import QueueState
from app.services.queue.queue_state import queue_state
from app.web.dependencies import SessionDep

router = APIRouter(prefix="/api/v1", tags=["queue"])


@router.get("/queue")
def show_queue(session: SessionDep) -> QueueState:
    """The queue at this moment: the same from every process that shares the database."""
    return queue_state(session)
