"""The page of one sample, and the parts of it that change while images are counted."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.services.queue.queue_state import sample_seconds_to_go
from app.services.queue.results import image_result
from app.services.reports.reports import is_as_signed, sample_reports
from app.services.samples.samples import require_sample, sample_detail
from app.web.dependencies import ContextDep, GradingSchemeDep, SessionDep, SettingsDep
from app.web.event_stream import sample_update, sample_updates
from app.web.example_smear import EXAMPLE_NOTE
from app.web.live import PageUpdate, parse_seen
from app.web.sample_form import file_field_values
from app.web.sample_view import build_sample_view, image_address
from app.web.templating import render_page

router = APIRouter()

_Page = Annotated[int, Query(ge=1)]
_Seen = Annotated[str, Query(description="Fragments that the page shows, as name:version,name:version.")]


@router.get("/samples/{sample_id}")
def show_sample(
    session: SessionDep, settings: SettingsDep, scheme: GradingSchemeDep, sample_id: int, page: int = 1
) -> HTMLResponse:
    """A sample: its counts, and one page of its images with their cells drawn; the nearest page where there is none."""
    sample = sample_detail(session, sample_id=sample_id, scheme=scheme)
    to_go_s = sample_seconds_to_go(session, sample_id=sample_id)
    view = build_sample_view(
        sample, lambda image_id: image_result(session, image_id=image_id), page=page, to_go_s=to_go_s
    )
    reports = sample_reports(session, sample_id=sample_id)
    values = {"view": view, "is_example": sample.note == EXAMPLE_NOTE, "reports": reports}
    values["is_as_signed"] = not reports.is_signed or is_as_signed(session, sample=sample)
    return render_page("sample.html", file_field_values(settings) | values)


@router.get("/samples/{sample_id}/fragments")
async def show_fragments(context: ContextDep, sample_id: int, page: _Page = 1, seen: _Seen = "") -> PageUpdate:
    """The parts of the page that differ from what it shows."""
    return await sample_update(context.live, context.database, sample_id=sample_id, page=page, seen=parse_seen(seen))


def _existing_sample(session: SessionDep, sample_id: int) -> int:
    """The number of a sample that exists: an event stream cannot say 404 once it has begun."""
    require_sample(session, sample_id=sample_id)
    return sample_id


@router.get("/samples/{sample_id}/images/{image_id}")
def show_image_on_its_page(session: SessionDep, sample_id: int, image_id: int) -> RedirectResponse:
    """To the image's place on its sample's page."""
    sample = sample_detail(session, sample_id=sample_id)
    return RedirectResponse(image_address(sample, image_id), status_code=303)


@router.get("/samples/{sample_id}/events", response_class=EventSourceResponse)
async def show_events(
    context: ContextDep, sample_id: Annotated[int, Depends(_existing_sample)], page: _Page = 1, seen: _Seen = ""
) -> AsyncIterator[ServerSentEvent]:
    """The parts of the page that change, as they change, until no image is waiting any more."""
    updates = sample_updates(context.live, context.database, sample_id=sample_id, page=page, seen=parse_seen(seen))
    async for update in updates:
        yield ServerSentEvent(event="update", data=update)
