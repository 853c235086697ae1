"""Accounts and everybody's sessions, for an admin."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.access_errors import AccountNameTaken
from app.errors import InvalidInput
from app.schemas.accounts import AccountForm
from app.schemas.tokens import Role
from app.services.accounts.accounts import (
    account_name,
    change_full_name,
    change_role,
    create_account,
    disable_account,
    enable_account,
    reset_password,
)
from app.services.accounts.passwords import temporary_password
from app.services.accounts.single_sign_on import unlink_account
from app.services.accounts.user_sessions import revoke_session
from app.web.admin_views import accounts_values
from app.web.dependencies import ActorDep, ContextDep, SessionDep
from app.web.templating import render_page

router = APIRouter(prefix="/admin")
_Role = Annotated[Role, Form()]
_LIST, _PAGE = "/admin/accounts", "admin_accounts.html"


@router.get("/accounts")
def show_accounts(context: ContextDep, session: SessionDep, actor: ActorDep) -> HTMLResponse:
    """Every account, and every session that is open."""
    return render_page(_PAGE, accounts_values(session, context.settings, actor))


@router.post("/accounts")
def submit_account(
    context: ContextDep, session: SessionDep, actor: ActorDep, form: Annotated[AccountForm, Form()]
) -> HTMLResponse:
    """Make an account with a password that is shown once, and that its holder has to change."""
    password = temporary_password()
    try:
        account = create_account(
            session,
            name=form.name,
            full_name=form.full_name,
            role=form.role,
            password=password,
            must_change_password=True,
        )
    except (InvalidInput, AccountNameTaken) as error:
        values = accounts_values(session, context.settings, actor)
        field = error.field if isinstance(error, InvalidInput) else "name"
        typed = {"name": form.name[:64], "full_name": form.full_name[:128], "role": form.role}
        return render_page(_PAGE, values | typed | {"errors": {field: error.message}}, status_code=error.http_status)
    handed_out = {"name": account.name, "password": password}
    return render_page(_PAGE, accounts_values(session, context.settings, actor) | {"handed_out": handed_out})


@router.post("/accounts/{account_id}/role")
def submit_role(session: SessionDep, account_id: int, role: _Role) -> RedirectResponse:
    """Give an account another role."""
    change_role(session, account_id, role)
    return RedirectResponse(_LIST, status_code=303)


@router.post("/accounts/{account_id}/full-name")
def submit_full_name(
    context: ContextDep,
    session: SessionDep,
    actor: ActorDep,
    account_id: int,
    full_name: Annotated[str, Form()] = "",
) -> Response:
    """Enter the full name of an account's holder."""
    try:
        change_full_name(session, account_id, full_name)
    except InvalidInput as error:
        values = accounts_values(session, context.settings, actor) | {"problem": error.message}
        return render_page(_PAGE, values, status_code=error.http_status)
    return RedirectResponse(_LIST, status_code=303)


@router.post("/accounts/{account_id}/disable")
def submit_disabling(session: SessionDep, account_id: int) -> RedirectResponse:
    """Close an account and end its sessions."""
    disable_account(session, account_id)
    return RedirectResponse(_LIST, status_code=303)


@router.post("/accounts/{account_id}/enable")
def submit_enabling(session: SessionDep, account_id: int) -> RedirectResponse:
    """Open an account again."""
    enable_account(session, account_id)
    return RedirectResponse(_LIST, status_code=303)


@router.post("/accounts/{account_id}/reset-password")
def submit_reset(context: ContextDep, session: SessionDep, actor: ActorDep, account_id: int) -> HTMLResponse:
    """Set a password that is shown once, and that the account's holder has to change."""
    password = temporary_password()
    reset_password(session, account_id, password)
    handed_out = {"name": account_name(session, account_id), "password": password}
    return render_page(_PAGE, accounts_values(session, context.settings, actor) | {"handed_out": handed_out})


@router.post("/accounts/{account_id}/unlink")
def submit_unlinking(session: SessionDep, account_id: int) -> RedirectResponse:
    """Let single sign-on open an account no more."""
    unlink_account(session, account_id)
    return RedirectResponse(_LIST, status_code=303)


@router.post("/sessions/{session_id}/revoke")
def submit_revocation(session: SessionDep, session_id: int) -> RedirectResponse:
    """End anybody's session."""
    revoke_session(session, session_id)
    return RedirectResponse(f"{_LIST}#sessions", status_code=303)
