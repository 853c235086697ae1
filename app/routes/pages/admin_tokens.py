"""API tokens, for an admin."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from app.errors import InvalidInput
from app.schemas.tokens import Role
from app.services.accounts.tokens import create_token, revoke_token
from app.web.admin_views import tokens_values
from app.web.dependencies import SessionDep
from app.web.templating import render_page

router = APIRouter(prefix="/admin/tokens")


@router.get("")
def show_tokens(session: SessionDep) -> HTMLResponse:
    """Every token, with its last use."""
    return render_page("admin_tokens.html", tokens_values(session))


@router.post("")
def submit_token(
    session: SessionDep,
    role: Annotated[Role, Form()],
    name: Annotated[str, Form()] = "",
    days: Annotated[str, Form()] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> HTMLResponse:
    """Make a token and show it, this once."""
    try:
        token = create_token(session, name=name, role=role, scopes=scopes or None, days=_days(days))
    except InvalidInput as error:
        form = {"name": name[:100], "role": role, "days": days[:10], "scopes": tuple(scopes or ())}
        values = tokens_values(session) | {"errors": {error.field: error.message}, "form": form}
        return render_page("admin_tokens.html", values, status_code=error.http_status)
    return render_page("admin_tokens.html", tokens_values(session) | {"handed_out": {"name": name, "token": token}})


@router.post("/{token_id}/revoke")
def submit_revocation(session: SessionDep, token_id: int) -> RedirectResponse:
    """Let a token open nothing any more."""
    revoke_token(session, token_id)
    return RedirectResponse("/admin/tokens", status_code=303)


def _days(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise InvalidInput("days", f"{text[:10]!r} is no number of days; leave it empty for a token without end.")
    return int(text.strip()[:9])
