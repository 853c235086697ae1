"""Quality: how often persons change what the network suggests."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.services.override_rates import override_rates
from app.web.dependencies import SessionDep
from app.web.override_view import override_values
from app.web.templating import render_page

router = APIRouter(prefix="/quality")


@router.get("/overrides")
def show_overrides(session: SessionDep, days: int = 90) -> HTMLResponse:
    """Of the network's suggestions, how many were changed, by type and by weights."""
    return render_page("overrides.html", override_values(override_rates(session, days=days)))
