"""The page of one sample, and the parts of it that change while images are counted."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.services.results import image_result
from app.services.samples import sample_detail
from app.web.dependencies import ContextDep, GradingSchemeDep, SessionDep, SettingsDep
from app.web.event_stream import sample_updates
from app.web.example_smear import EXAMPLE_NOTE
from app.web.live import PageUpdate, page_update, parse_seen
from app.web.sample_form import file_field_values
from app.web.sample_view import build_sample_view
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
    view = build_sample_view(sample, lambda image_id: image_result(session, image_id=image_id), page=page)
    values = file_field_values(settings) | {"view": view, "is_example": sample.note == EXAMPLE_NOTE}
    return render_page("sample.html", values)


@router.get("/samples/{sample_id}/fragments")
def show_fragments(
    session: SessionDep, scheme: GradingSchemeDep, sample_id: int, page: _Page = 1, seen: _Seen = ""
) -> PageUpdate:
    """The parts of the page that differ from what it shows."""
    sample = sample_detail(session, sample_id=sample_id, scheme=scheme)
    return page_update(
        sample, lambda image_id: image_result(session, image_id=image_id), page=page, seen=parse_seen(seen)
    )


def _existing_sample(session: SessionDep, sample_id: int) -> int:
    """The number of a sample that exists: an event stream cannot say 404 once it has begun."""
    return sample_detail(session, sample_id=sample_id).id


@router.get("/samples/{sample_id}/events", response_class=EventSourceResponse)
async def show_events(
    context: ContextDep, sample_id: Annotated[int, Depends(_existing_sample)], page: _Page = 1, seen: _Seen = ""
) -> AsyncIterator[ServerSentEvent]:
    """The parts of the page that change, as they change, until no image is waiting any more."""
    scheme = context.grading_scheme
    async for update in sample_updates(context.database, scheme, sample_id=sample_id, page=page, seen=parse_seen(seen)):
        yield ServerSentEvent(event="update", data=update)
