"""The viewer: one field to look at closely and to correct."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from app.schemas.permissions import Permission
from app.services.quality.golden_fields import golden_mark
from app.services.reviews.reviews import field_review
from app.services.samples.samples import sample_detail
from app.web.dependencies import ActorDep, SessionDep
from app.web.editor import EditorDep
from app.web.templating import render_page
from app.web.viewer_view import build_viewer_view

router = APIRouter()


@router.get("/images/{image_id}")
def show_image(session: SessionDep, image_id: int) -> RedirectResponse:
    """A counted image on its own leads to its field in the viewer."""
    sample_id = field_review(session, image_id=image_id).sample_id
    return RedirectResponse(f"/samples/{sample_id}/fields/{image_id}")


@router.get("/samples/{sample_id}/fields/{image_id}")
def show_viewer(session: SessionDep, editor: EditorDep, actor: ActorDep, sample_id: int, image_id: int) -> HTMLResponse:
    """A counted field with its cells."""
    sample = sample_detail(session, sample_id=sample_id)
    view = build_viewer_view(sample, field_review(session, image_id=image_id))
    values = {"view": view, "editor": editor, "may_mark": actor.may(Permission.REPORTS_SIGN)}
    return render_page("viewer.html", values | {"golden": golden_mark(session, image_id=image_id)})
