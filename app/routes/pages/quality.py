"""Quality control: control slides and their charts, the golden fields, and how often suggestions are changed."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import InvalidInput
from app.schemas.controls import Decision
from app.services.quality.controls import close_lot, decide_run, make_lot, record_run
from app.services.quality.golden_checks import accept_check
from app.services.quality.override_rates import override_rates
from app.web.dependencies import ActorDep, ContextDep, SessionDep
from app.web.form_data import FormDataDep
from app.web.override_view import override_values
from app.web.quality_view import lot_values, quality_values, read_new_lot
from app.web.templating import render_page

router = APIRouter(prefix="/quality")


@router.get("")
def show_quality(session: SessionDep) -> HTMLResponse:
    """The lots of control material, and the checks of the golden fields."""
    return render_page("quality.html", quality_values(session))


@router.get("/overrides")
def show_overrides(session: SessionDep, days: int = 90) -> HTMLResponse:
    """Of the network's suggestions, how many were changed, by type and by weights."""
    return render_page("overrides.html", override_values(override_rates(session, days=days)))


@router.post("/lots")
def submit_lot(data: FormDataDep, context: ContextDep, actor: ActorDep) -> Response:
    """Make a lot with its targets."""
    try:
        with context.database.unit_of_work() as session:
            lot_id = make_lot(session, new=read_new_lot(data), actor=actor)
    except InvalidInput as error:
        with context.database.unit_of_work() as session:
            values = quality_values(session, data, error)
        return render_page("quality.html", values, status_code=error.http_status)
    return RedirectResponse(f"/quality/lots/{lot_id}", status_code=303)


@router.get("/lots/{lot_id}")
def show_lot(session: SessionDep, lot_id: int) -> HTMLResponse:
    """A lot's Levey-Jennings charts and its runs."""
    return render_page("control_lot.html", lot_values(session, lot_id))


@router.post("/lots/{lot_id}/close")
def submit_closing(session: SessionDep, actor: ActorDep, lot_id: int) -> RedirectResponse:
    """Take a lot out of use."""
    close_lot(session, lot_id=lot_id, actor=actor)
    return RedirectResponse("/quality", status_code=303)


@router.post("/lots/{lot_id}/runs")
def submit_run(
    context: ContextDep,
    actor: ActorDep,
    lot_id: int,
    accession_number: Annotated[str, Form()] = "",
    run: Annotated[str, Form()] = "",
) -> Response:
    """Record a counted sample as a control of the lot."""
    try:
        with context.database.unit_of_work() as session:
            record_run(session, lot_id=lot_id, accession_number=accession_number, run=run, actor=actor)
    except InvalidInput as error:
        with context.database.unit_of_work() as session:
            values = lot_values(session, lot_id, error, accession_number)
        return render_page("control_lot.html", values, status_code=error.http_status)
    return RedirectResponse(f"/quality/lots/{lot_id}", status_code=303)


@router.post("/runs/{run_id}/decide")
def submit_decision(
    session: SessionDep,
    actor: ActorDep,
    run_id: int,
    decision: Annotated[Decision, Form()],
    comment: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Accept a run, reject it, or say something about it."""
    lot_id = decide_run(session, run_id=run_id, decision=decision, comment=comment, actor=actor)
    return RedirectResponse(f"/quality/lots/{lot_id}#run-{run_id}", status_code=303)


@router.post("/checks/{check_id}/accept")
def submit_acceptance(session: SessionDep, check_id: int, reason: Annotated[str, Form()] = "") -> RedirectResponse:
    """Let a check's numbers be the new measure."""
    accept_check(session, check_id=check_id, reason=reason)
    return RedirectResponse("/quality", status_code=303)
