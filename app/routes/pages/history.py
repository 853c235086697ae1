"""The list of samples."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.services.samples.samples import sample_history
from app.web.dependencies import SessionDep
from app.web.history_view import PAGE_SIZE, HistorySearch, history_values
from app.web.templating import render_page

router = APIRouter()


@router.get("/samples")
def show_samples(session: SessionDep, search: Annotated[HistorySearch, Query()]) -> HTMLResponse:
    """A page of samples, newest first."""
    page = sample_history(
        session,
        query=search.query,
        status=search.wanted_status,
        wanted=search.wanted(),
        after=search.after or None,
        limit=PAGE_SIZE,
    )
    return render_page("samples.html", history_values(search, page))
