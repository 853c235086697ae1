"""Looking back: a patient's results over time, and what was counted on an image before."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.services.quality.look_back import look_back, old_analysis
from app.web.dependencies import ContextDep, SessionDep
from app.web.look_back_view import look_back_values
from app.web.old_analysis_view import old_analysis_values
from app.web.templating import render_page

router = APIRouter()


@router.get("/samples/{sample_id}/look-back")
def show_look_back(context: ContextDep, session: SessionDep, sample_id: int) -> HTMLResponse:
    """A sample beside the earlier ones of its patient."""
    rules = context.delta_rules
    found = look_back(session, sample_id=sample_id, rules=rules)
    return render_page("look_back.html", look_back_values(found, rules))


@router.get("/images/{image_id}/analyses/{analysis_id}")
def show_analysis(session: SessionDep, image_id: int, analysis_id: int) -> HTMLResponse:
    """An image with the cells, weights and thresholds of one of its analyses, the newest or an old one."""
    found = old_analysis(session, image_id=image_id, analysis_id=analysis_id)
    return render_page("old_analysis.html", old_analysis_values(found))
