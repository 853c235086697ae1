"""Signing a sample, and opening a correction of what is signed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.access_errors import SignInRefused, TooManyAttempts
from app.errors import BloodcountError, InvalidInput
from app.report_errors import NothingToCorrect, ReportOutdated, SigningBlocked
from app.schemas.actors import Actor
from app.schemas.signed_reports import SignatureForm, SignRequest
from app.services.accounts.sign_in import Visitor, check_password_again
from app.services.reports.report_drafts import build_draft
from app.services.reports.reports import sample_reports
from app.services.reports.signing import open_correction, sign_report
from app.web.context import AppContext
from app.web.dependencies import ActorDep, ContextDep, SessionDep
from app.web.sign_in_form import visitor_of
from app.web.sign_view import build_sign_view
from app.web.templating import render_page

router = APIRouter()


@router.get("/samples/{sample_id}/sign")
def show_signing(context: ContextDep, sample_id: int) -> Response:
    """The checks, what will be signed, and the signature; on to the reports where it is signed already."""
    with context.database.unit_of_work() as session:
        if sample_reports(session, sample_id=sample_id).is_signed:
            return RedirectResponse(f"/samples/{sample_id}/reports", status_code=303)
    return _page(context, sample_id)


@router.post("/samples/{sample_id}/sign")
def submit_signature(
    request: Request, context: ContextDep, actor: ActorDep, sample_id: int, form: Annotated[SignatureForm, Form()]
) -> Response:
    """Sign what was shown, with the password asked for again."""
    wanted = SignRequest(
        shown_sha256=form.shown,
        acknowledged=frozenset(form.acknowledged),
        meaning=form.meaning,
        picture_ids=form.pictures,
        draws_cells=form.cells,
    )
    try:
        _require_password(context, actor, form.password, visitor_of(request))
        version = sign_report(
            context.database.unit_of_work,
            sample_id=sample_id,
            request=wanted,
            actor=actor,
            scheme=context.grading_scheme,
            laboratory=context.settings.laboratory_name,
            second_reading=context.settings.second_reading,
        )
    except (InvalidInput, TooManyAttempts, ReportOutdated, SigningBlocked) as error:
        return _page(context, sample_id, form, error)
    return RedirectResponse(f"/samples/{sample_id}/reports/{version}", status_code=303)


@router.post("/samples/{sample_id}/reports/correction")
def submit_correction(
    session: SessionDep, actor: ActorDep, sample_id: int, reason: Annotated[str, Form()] = ""
) -> Response:
    """Let a signed sample be changed again, for a reason."""
    try:
        open_correction(session, sample_id=sample_id, reason=reason, actor=actor)
    except (InvalidInput, NothingToCorrect) as error:
        values = {"reports": sample_reports(session, sample_id=sample_id), "reason": reason, "problem": error.message}
        return render_page("reports.html", values, status_code=error.http_status)
    return RedirectResponse(f"/samples/{sample_id}", status_code=303)


def _require_password(context: AppContext, actor: Actor, password: str, visitor: Visitor) -> None:
    if not password:
        raise InvalidInput("password", "Enter your password: it is your signature.")
    try:
        check_password_again(context.database.unit_of_work, actor, password, visitor)
    except SignInRefused as refusal:
        raise InvalidInput("password", "This is not your password.") from refusal


def _page(
    context: AppContext, sample_id: int, form: SignatureForm | None = None, error: BloodcountError | None = None
) -> HTMLResponse:
    """The page as the sample stands now. What was ticked for other figures than these is not ticked any more."""
    with context.database.unit_of_work() as session:
        draft = build_draft(
            session,
            sample_id=sample_id,
            scheme=context.grading_scheme,
            laboratory=context.settings.laboratory_name,
            second_reading=context.settings.second_reading,
        )
    if form is not None and form.shown != draft.sha256:
        error = error if isinstance(error, ReportOutdated | SigningBlocked) else ReportOutdated()
        form = None
    errors = {error.field: error.message} if isinstance(error, InvalidInput) else {}
    problem = error.message if error is not None and not errors else None
    view = build_sign_view(draft, form, errors=errors, problem=problem)
    answer = render_page("sign.html", {"view": view}, status_code=error.http_status if error else 200)
    if isinstance(error, TooManyAttempts):
        answer.headers["Retry-After"] = str(error.wait_s)
    return answer
