"""Sign in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.access_errors import SignInRefused, TooManyAttempts
from app.services.accounts.acting import current_actor
from app.services.accounts.setup_links import is_set_up
from app.services.accounts.sign_in import sign_in
from app.services.accounts.user_sessions import end_session
from app.web.dependencies import ActorDep, ContextDep, SessionDep, SettingsDep
from app.web.session_cookies import clear_session_cookie, set_cookies
from app.web.sign_in_form import safe_next, sign_in_values, single_sign_on_label, visitor_of
from app.web.templating import render_page

router = APIRouter()


@router.get("/login")
def show_sign_in(
    session: SessionDep,
    settings: SettingsDep,
    actor: ActorDep,
    next: str = "/",  # noqa: A002 - the field's name
) -> Response:
    """The form to sign in; straight on for who is signed in."""
    if actor.is_person:
        return RedirectResponse(safe_next(next), status_code=303)
    values = sign_in_values(
        next_address=safe_next(next), is_set_up=is_set_up(session), single_sign_on=single_sign_on_label(settings)
    )
    return render_page("login.html", values)


@router.post("/login")
def submit_sign_in(
    request: Request,
    context: ContextDep,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the field's name
) -> Response:
    """Sign in and go on to the page that was asked for."""
    visitor, actor = visitor_of(request), current_actor()
    former = actor if actor.is_person else None
    try:
        signed_in = sign_in(
            context.database.unit_of_work,
            context.settings,
            name=name,
            password=password,
            visitor=visitor,
            former=former,
        )
    except (SignInRefused, TooManyAttempts) as error:
        values = sign_in_values(
            next_address=safe_next(next),
            name=name[:64],
            problem=error.message,
            single_sign_on=single_sign_on_label(context.settings),
        )
        answer: Response = render_page("login.html", values, status_code=error.http_status)
        if isinstance(error, TooManyAttempts):
            answer.headers["Retry-After"] = str(error.wait_s)
        return answer
    answer = RedirectResponse(safe_next(next), status_code=303)
    set_cookies(answer, request.scope, signed_in)
    return answer


@router.post("/logout")
def submit_sign_out(request: Request, session: SessionDep, settings: SettingsDep, actor: ActorDep) -> HTMLResponse:
    """Sign out; the browser forgets what it kept of the pages."""
    end_session(session, actor)
    values = sign_in_values(next_address="/", single_sign_on=single_sign_on_label(settings)) | {"is_ended": True}
    answer = render_page("login.html", values)
    clear_session_cookie(answer, request.scope)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
