"""Sign in by the hospital's OpenID provider, and link an account with one's identity there."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access_errors import IdentityTaken, IdentityUnknown, SignInRefused, SingleSignOnFailed, TooManyAttempts
from app.errors import BloodcountError
from app.schemas.actors import Actor
from app.services.accounts.acting import current_actor
from app.services.accounts.identity_provider import CALLBACK_PATH, Attempt, Identity, IdentityProvider
from app.services.accounts.sign_in import check_password_again
from app.services.accounts.single_sign_on import (
    identify_visitor,
    link_identity,
    new_attempt,
    sign_in_as,
    unlink_identities,
)
from app.web.context import AppContext
from app.web.dependencies import ActorDep, ContextDep, SessionDep
from app.web.session_cookies import set_cookies
from app.web.sign_in_form import safe_next, sign_in_values, single_sign_on_label, visitor_of
from app.web.single_sign_on_cookie import Journey, clear_journey, read_journey, set_journey
from app.web.templating import render_page

router = APIRouter()


@router.get("/login/single-sign-on")
def begin_sign_in(request: Request, context: ContextDep, next: str = "/") -> Response:  # noqa: A002 - the field's name
    """Send the browser to the provider."""
    journey = Journey(new_attempt(), safe_next(next), is_link=False)
    try:
        address = IdentityProvider(context.settings, context.provider_memory).sign_in_address(journey.attempt)
    except SingleSignOnFailed as error:
        return _refused(error, context, journey.next_address)
    answer = RedirectResponse(address, status_code=303)
    set_journey(answer, request.scope, journey)
    return answer


@router.get(CALLBACK_PATH)
def end_journey(request: Request, context: ContextDep, actor: ActorDep, state: str = "", code: str = "") -> Response:
    """Where the provider sends the browser back to: sign in, or link the account that is signed in."""
    journey = read_journey(request.scope, request.headers.get("cookie", ""))
    # Looked at again: the seal of somebody who is not signed in yet has no secret in it.
    next_address = "/" if journey is None else safe_next(journey.next_address)
    try:
        identity = _identified(request, context, _own_attempt(journey, state, code), code)
        if journey is not None and journey.is_link:
            answer: Response = _link(context, actor, identity)
        else:
            answer = _enter(request, context, identity, next_address)
    except (SingleSignOnFailed, IdentityUnknown, IdentityTaken, TooManyAttempts) as error:
        answer = _refused(error, context, next_address)
    clear_journey(answer, request.scope)
    return answer


@router.post("/account/single-sign-on")
def begin_link(
    request: Request, context: ContextDep, actor: ActorDep, password: Annotated[str, Form()] = ""
) -> Response:
    """After the password, offer the way to the provider: a link, because pages may send forms only to this server."""
    journey = Journey(new_attempt(), "/account", is_link=True)
    try:
        check_password_again(context.database.unit_of_work, actor, password, visitor_of(request))
        address = IdentityProvider(context.settings, context.provider_memory).sign_in_address(journey.attempt)
    except SignInRefused:
        return render_page("single_sign_on.html", {"problem": "This is not your password."}, status_code=422)
    except (TooManyAttempts, SingleSignOnFailed) as error:
        return render_page("single_sign_on.html", {"problem": error.message}, status_code=error.http_status)
    answer = render_page(
        "single_sign_on.html", {"problem": None, "address": address, "label": context.settings.oidc_label}
    )
    set_journey(answer, request.scope, journey)
    return answer


@router.post("/account/single-sign-on/unlink")
def submit_unlinking(session: SessionDep, actor: ActorDep) -> RedirectResponse:
    """Sign in with the password alone from now on."""
    unlink_identities(session, actor.id or 0)
    return RedirectResponse("/account?done=unlinked", status_code=303)


def _own_attempt(journey: Journey | None, state: str, code: str) -> Attempt:
    if journey is None or not hmac.compare_digest(state.encode(), journey.attempt.state.encode()):
        raise SingleSignOnFailed("This browser did not begin this sign-in, or began it over ten minutes ago.")
    if not code:
        raise SingleSignOnFailed("The provider did not let you in.")
    return journey.attempt


def _identified(request: Request, context: AppContext, attempt: Attempt, code: str) -> Identity:
    provider = IdentityProvider(context.settings, context.provider_memory)
    return identify_visitor(context.database.unit_of_work, provider, attempt, code, visitor_of(request))


def _enter(request: Request, context: AppContext, identity: Identity, next_address: str) -> Response:
    former = current_actor()
    signed_in = sign_in_as(
        context.database.unit_of_work,
        context.settings,
        identity,
        visitor_of(request),
        former=former if former.is_person else None,
    )
    answer = RedirectResponse(next_address, status_code=303)
    set_cookies(answer, request.scope, signed_in)
    return answer


def _link(context: AppContext, actor: Actor, identity: Identity) -> Response:
    if not actor.is_person:
        raise SingleSignOnFailed("Your session ended meanwhile, so nothing was linked.")
    with context.database.unit_of_work() as session:
        link_identity(session, actor.id or 0, identity)
    return RedirectResponse("/account?done=linked", status_code=303)


def _refused(error: BloodcountError, context: AppContext, next_address: str) -> Response:
    label = single_sign_on_label(context.settings)
    values = sign_in_values(next_address=next_address, problem=error.message, single_sign_on=label)
    answer = render_page("login.html", values, status_code=error.http_status)
    if isinstance(error, TooManyAttempts):
        answer.headers["Retry-After"] = str(error.wait_s)
    return answer
