"""Second readings: name a sample's white cells without seeing what they were called, and compare."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from app.errors import InvalidInput
from app.schemas.actors import Actor
from app.services.reviews.second_readings import (
    begin_reading,
    finish_reading,
    finished_readings,
    own_finished,
    sample_reviews,
    save_labels,
    show_reading,
)
from app.services.samples.samples import sample_detail
from app.web.context import AppContext
from app.web.dependencies import ActorDep, ContextDep, SessionDep
from app.web.form_data import FormDataDep
from app.web.second_reading_view import build_confusion, build_reading_view, choice_name
from app.web.templating import render_page

router = APIRouter(prefix="/samples/{sample_id}/second-reading")
_CELL = "cell:"


@router.get("")
def show_form(context: ContextDep, actor: ActorDep, sample_id: int, page: int = 1) -> Response:
    """The cells to name; on to the comparison for who has named them all."""
    with context.database.unit_of_work() as session:
        finished = own_finished(session, sample_id=sample_id, actor=actor)
    if finished is not None:
        return RedirectResponse(f"/samples/{sample_id}/second-reading/{finished}", status_code=303)
    return _page(context, actor, sample_id, page)


@router.post("")
def submit_names(context: ContextDep, actor: ActorDep, form: FormDataDep, sample_id: int) -> Response:
    """Keep the names of one page; then go on, stay silent for a script that saves by the way, or compare."""
    labels = {name.removeprefix(_CELL): str(value) for name, value in form.items() if name.startswith(_CELL)}
    act, page = str(form.get("act", "save")), _page_number(form)
    address = f"/samples/{sample_id}/second-reading"
    try:
        with context.database.unit_of_work() as session:
            save_labels(session, sample_id=sample_id, labels=labels, actor=actor)
        if act == "finish":
            with context.database.unit_of_work() as session:
                address += f"/{finish_reading(session, sample_id=sample_id, actor=actor)}"
    except InvalidInput as error:
        return _page(context, actor, sample_id, page, error)
    if act == "quiet":
        return Response(status_code=204)
    if act in {"next", "previous"}:
        address += f"?page={page + (1 if act == 'next' else -1)}"
    elif act == "save":
        address += f"?page={page}"
    return RedirectResponse(address, status_code=303)


@router.get("/{reading_id}")
def show_comparison(session: SessionDep, sample_id: int, reading_id: int) -> HTMLResponse:
    """Both readers' names: how far they agree, and where they do not."""
    reading = show_reading(session, sample_id=sample_id, reading_id=reading_id)
    values = {
        "sample": sample_detail(session, sample_id=sample_id),
        "reading": reading,
        "confusion": build_confusion(reading),
        "choice_name": choice_name,
    }
    return render_page("second_reading.html", values)


def _page(
    context: AppContext, actor: Actor, sample_id: int, page: int, error: InvalidInput | None = None
) -> HTMLResponse:
    with context.database.unit_of_work() as session:
        labels = begin_reading(session, sample_id=sample_id, actor=actor)
        values = {
            "sample": sample_detail(session, sample_id=sample_id),
            "view": build_reading_view(sample_reviews(session, sample_id), labels, page=page),
            "finished": finished_readings(session, sample_id=sample_id),
            "problem": error.message if error else None,
        }
    return render_page("second_reading_form.html", values, status_code=error.http_status if error else 200)


def _page_number(form: FormData) -> int:
    given = str(form.get("page", "1"))
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1  # noqa: PLR2004
