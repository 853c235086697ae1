"""The manual differential counter: count by keys, keep the count as it is made, save it to a sample."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.errors import InvalidInput
from app.schemas.manual_differentials import CounterDraft, SentDraft
from app.services.reviews.counter_drafts import keep_draft, keep_preference
from app.services.reviews.manual_differentials import save_differential, withdraw_differential
from app.services.samples.samples import sample_detail
from app.web.counter_view import CounterForm, counter_values, read_counter_form, read_finished_count, read_preference
from app.web.dependencies import ActorDep, ContextDep, SessionDep
from app.web.differential_view import differentials_values
from app.web.form_data import FormDataDep
from app.web.problems import wants_json
from app.web.templating import render_page

router = APIRouter()
_PAGE = "counter.html"


@router.get("/counter")
def show_counter(session: SessionDep, actor: ActorDep, sample: int | None = None) -> HTMLResponse:
    """The counter, with the count that is under way; ``sample`` is the number of the one it is meant for."""
    number = sample_detail(session, sample_id=sample).accession_number if sample is not None else ""
    return render_page(_PAGE, counter_values(session, actor, CounterForm(accession_number=number)))


@router.post("/counter/draft")
def submit_draft(session: SessionDep, actor: ActorDep, sent: SentDraft) -> CounterDraft:
    """Keep the count under way as it stands."""
    return keep_draft(session, sent, actor)


@router.post("/counter")
def submit_count(data: FormDataDep, context: ContextDep, actor: ActorDep) -> Response:
    """Save the count to its sample."""
    try:
        count = read_finished_count(data)
        with context.database.unit_of_work() as session:
            number = str(data.get("accession_number", ""))
            sample_id = save_differential(session, accession_number=number, count=count, actor=actor)
    except InvalidInput as error:
        with context.database.unit_of_work() as session:
            values = counter_values(session, actor, read_counter_form(data), error)
        return render_page(_PAGE, values, status_code=error.http_status)
    return RedirectResponse(f"/samples/{sample_id}/differentials", status_code=303)


@router.post("/counter/preference")
def submit_preference(request: Request, data: FormDataDep, context: ContextDep, actor: ActorDep) -> Response:
    """Keep a person's keys, target and sound."""
    try:
        chosen = read_preference(data)
    except InvalidInput as error:
        with context.database.unit_of_work() as session:
            values = counter_values(session, actor, CounterForm(), error)
        return render_page(_PAGE, values, status_code=error.http_status)
    with context.database.unit_of_work() as session:
        keep_preference(session, chosen, actor)
    if wants_json(request.scope):
        return JSONResponse(chosen.model_dump(mode="json"))
    return RedirectResponse("/counter", status_code=303)


@router.get("/samples/{sample_id}/differentials")
def show_differentials(session: SessionDep, sample_id: int) -> HTMLResponse:
    """A sample's manual differentials beside the automatic one."""
    return render_page("manual_differentials.html", differentials_values(session, sample_id))


@router.post("/samples/{sample_id}/differentials/{differential_id}/withdraw")
def submit_withdrawal(
    context: ContextDep, actor: ActorDep, sample_id: int, differential_id: int, reason: Annotated[str, Form()] = ""
) -> Response:
    """Take a manual differential back, with a reason."""
    try:
        with context.database.unit_of_work() as session:
            withdraw_differential(
                session, sample_id=sample_id, differential_id=differential_id, reason=reason, actor=actor
            )
    except InvalidInput as error:
        with context.database.unit_of_work() as session:
            values = differentials_values(session, sample_id, {differential_id: error.message})
        return render_page("manual_differentials.html", values, status_code=error.http_status)
    return RedirectResponse(f"/samples/{sample_id}/differentials", status_code=303)
