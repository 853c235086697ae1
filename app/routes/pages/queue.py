"""The queue: what waits, what is being counted, what failed, and who counts."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.services.quality.golden_checks import failing_checks
from app.services.queue.queue_state import queue_state
from app.web.dependencies import ContextDep, SessionDep
from app.web.event_stream import queue_page_update, queue_updates
from app.web.live import PageUpdate, parse_seen
from app.web.queue_page import queue_parts
from app.web.templating import render_page

router = APIRouter()

_Seen = Annotated[str, Query(description="Parts that the page shows, as name:version,name:version.")]


@router.get("/queue")
def show_queue(session: SessionDep) -> HTMLResponse:
    """The queue at this moment."""
    parts = queue_parts(queue_state(session))
    return render_page("queue.html", {"parts": parts, "failing": failing_checks(session)})


@router.get("/queue/fragments")
async def show_queue_fragments(context: ContextDep, seen: _Seen = "") -> PageUpdate:
    """The parts of the page that differ from what it shows."""
    return await queue_page_update(context.live, seen=parse_seen(seen))


@router.get("/queue/events", response_class=EventSourceResponse)
async def show_queue_events(context: ContextDep, seen: _Seen = "") -> AsyncIterator[ServerSentEvent]:
    """The parts of the page that change, as they change."""
    async for update in queue_updates(context.live, seen=parse_seen(seen)):
        yield ServerSentEvent(event="update", data=update)
