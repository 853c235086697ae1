"""The first account, made over the link that the server printed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import InvalidInput
from app.schemas.accounts import SetupForm
from app.services.accounts.setup_links import check_setup_link, set_up_first_admin
from app.services.accounts.sign_in import admit_new
from app.web.dependencies import ContextDep, SessionDep
from app.web.session_cookies import set_cookies
from app.web.sign_in_form import password_values, visitor_of
from app.web.templating import render_page

router = APIRouter()


@router.get("/setup")
def show_setup(session: SessionDep, key: str = "") -> HTMLResponse:
    """The form for the first account; 409 where the link is worth nothing any more."""
    check_setup_link(session, key)
    return render_page("setup.html", password_values(key=key, name="", full_name=""))


@router.post("/setup")
def submit_setup(request: Request, context: ContextDep, form: Annotated[SetupForm, Form()]) -> Response:
    """Make the first admin and sign them in."""
    visitor = visitor_of(request)
    try:
        with context.database.unit_of_work() as session:
            account = set_up_first_admin(
                session, secret=form.key, name=form.name, full_name=form.full_name, password=form.password
            )
            signed_in = admit_new(session, context.settings, account.id, visitor)
    except InvalidInput as error:
        typed = {"key": form.key, "name": form.name[:64], "full_name": form.full_name[:128]}
        values = password_values(errors={error.field: error.message}, **typed)
        return render_page("setup.html", values, status_code=error.http_status)
    answer = RedirectResponse("/", status_code=303)
    set_cookies(answer, request.scope, signed_in)
    return answer
