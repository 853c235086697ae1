"""One's own account: password and sessions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.access_errors import SignInRefused, TooManyAttempts
from app.errors import InvalidInput
from app.services.accounts.accounts import change_own_password
from app.services.accounts.sign_in import check_password_again
from app.services.accounts.single_sign_on import is_linked
from app.services.accounts.user_sessions import open_sessions, revoke_session
from app.web.dependencies import ActorDep, ContextDep, SessionDep, SettingsDep
from app.web.sign_in_form import password_values, visitor_of
from app.web.templating import render_page

router = APIRouter(prefix="/account")


@router.get("")
def show_account(session: SessionDep, settings: SettingsDep, actor: ActorDep, done: str = "") -> HTMLResponse:
    """Who is signed in, where else, and what they may do."""
    sessions = open_sessions(session, settings, own_id=actor.session_id, account_id=actor.id)
    issuer = settings.oidc_issuer
    values = {
        "sessions": sessions,
        "settings": settings,
        "done": done,
        "is_linked": issuer is not None and is_linked(session, actor.id or 0, issuer),
    }
    return render_page("account.html", values)


@router.get("/password")
def show_password_form(actor: ActorDep) -> HTMLResponse:
    """The form to change one's own password."""
    return render_page("password.html", password_values(is_first=actor.must_change_password))


@router.post("/password")
def submit_password(
    request: Request,
    context: ContextDep,
    actor: ActorDep,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """Change one's own password; sessions in other browsers end."""
    if current == password:
        return _again(
            actor.must_change_password, "password", "This is the password that you have; choose another.", 422
        )
    try:
        check_password_again(context.database.unit_of_work, actor, current, visitor_of(request))
        with context.database.unit_of_work() as session:
            change_own_password(session, actor.id or 0, password, keep_session_id=actor.session_id)
    except InvalidInput as error:
        return _again(actor.must_change_password, "password", error.message, error.http_status)
    except SignInRefused:
        return _again(actor.must_change_password, "current", "This is not your present password.", 422)
    except TooManyAttempts as error:
        return _again(actor.must_change_password, "current", error.message, error.http_status)
    return RedirectResponse("/account?done=password", status_code=303)


@router.post("/sessions/{session_id}/revoke")
def submit_revocation(session: SessionDep, actor: ActorDep, session_id: int) -> RedirectResponse:
    """End one of one's own sessions."""
    revoke_session(session, session_id, account_id=actor.id)
    return RedirectResponse("/account", status_code=303)


def _again(is_first: bool, field: str, message: str, status: int) -> HTMLResponse:  # noqa: FBT001
    values = password_values(errors={field: message}, is_first=is_first)
    return render_page("password.html", values, status_code=status)
