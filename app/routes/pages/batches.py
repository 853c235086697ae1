"""The pages of batches: the list, a new one, sending, and what became of it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.schemas.batches import BatchDetail
from app.services.intake.batch_progress import batch_detail, batch_history
from app.settings import Settings
from app.web.batch_view import BatchPlace, build_batch_view, shares_of
from app.web.dependencies import ContextDep, SessionDep, SettingsDep
from app.web.event_stream import batch_page_update, batch_updates
from app.web.live import PageUpdate, parse_seen
from app.web.status_words import BATCH_STATUS_LABELS
from app.web.templating import render_page

router = APIRouter()

_PAGE_SIZE = 50
_Place = Annotated[BatchPlace, Depends()]
_Seen = Annotated[str, Query(description="Fragments that the page shows, as name:version,name:version.")]


@router.get("/batches")
def show_batches(session: SessionDep, after: str = "") -> HTMLResponse:
    """A page of batches, newest first."""
    page = batch_history(session, after=after or None, limit=_PAGE_SIZE)
    rows = [(batch, BATCH_STATUS_LABELS[batch.status], shares_of(batch.files_by_state)) for batch in page.items]
    return render_page("batches.html", {"rows": rows, "next_cursor": page.next_cursor})


@router.get("/batches/new")
def show_new_batch(settings: SettingsDep) -> HTMLResponse:
    """The page that groups files into samples and sends them."""
    return _sending_page(settings, None)


@router.get("/batches/{batch_id}/send")
def show_sending(session: SessionDep, settings: SettingsDep, batch_id: int) -> HTMLResponse:
    """The same page for a batch that was begun: the same files are chosen again and sending goes on."""
    return _sending_page(settings, batch_detail(session, batch_id=batch_id))


@router.get("/batches/{batch_id}")
def show_batch(session: SessionDep, batch_id: int, place: _Place) -> HTMLResponse:
    """A batch: overall, and by sample or by file."""
    return render_page("batch.html", {"view": build_batch_view(session, batch_id=batch_id, place=place)})


@router.get("/batches/{batch_id}/fragments")
async def show_fragments(context: ContextDep, batch_id: int, place: _Place, seen: _Seen = "") -> PageUpdate:
    """The parts of the page that differ from what it shows."""
    return await batch_page_update(context.live, batch_id=batch_id, place=place, seen=parse_seen(seen))


def _existing_batch(session: SessionDep, batch_id: int) -> int:
    """The number of a batch that exists: an event stream cannot say 404 once it has begun."""
    return batch_detail(session, batch_id=batch_id).id


@router.get("/batches/{batch_id}/events", response_class=EventSourceResponse)
async def show_events(
    context: ContextDep, batch_id: Annotated[int, Depends(_existing_batch)], place: _Place, seen: _Seen = ""
) -> AsyncIterator[ServerSentEvent]:
    """The parts of the page that change, as they change, until nothing is waiting any more."""
    updates = batch_updates(context.live, batch_id=batch_id, place=place, seen=parse_seen(seen))
    async for update in updates:
        yield ServerSentEvent(event="update", data=update)


def _sending_page(settings: Settings, batch: BatchDetail | None) -> HTMLResponse:
    values = {
        "batch": batch,
        "max_files": settings.max_files_per_batch,
        "max_samples": settings.max_samples_per_batch,
        "max_file_bytes": settings.max_file_bytes,
        "max_archive_bytes": settings.max_archive_bytes,
    }
    return render_page("batch_new.html", values)
