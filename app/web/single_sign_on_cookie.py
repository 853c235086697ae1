"""The cookie of one way to the provider and back: only the browser that began it can end it."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass

from fastapi.responses import Response
from starlette.requests import cookie_parser
from starlette.types import Scope

from app.services.accounts.identity_provider import Attempt
from app.web.session_cookies import session_secret

_NAME = "bloodcount_single_sign_on"
_HOST_PREFIX = "__Host-"
_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Journey:
    """An attempt, where it leads afterwards, and whether it links the account that is signed in."""

    attempt: Attempt
    next_address: str
    is_link: bool


def set_journey(response: Response, scope: Scope, journey: Journey) -> None:
    """Let the browser remember a journey for ten minutes. No script reads it."""
    attempt = journey.attempt
    fields = [attempt.state, attempt.nonce, attempt.code_verifier, journey.next_address, int(journey.is_link)]
    payload = json.dumps([*fields, int(time.time()) + _SECONDS])
    value = base64.urlsafe_b64encode(json.dumps([payload, _seal(scope, payload)]).encode()).decode()
    is_secure = scope["scheme"] == "https"
    # Lax, because the way back is a link on the provider's page.
    response.set_cookie(
        _name(scope), value, max_age=_SECONDS, path="/", secure=is_secure, httponly=True, samesite="lax"
    )


def read_journey(scope: Scope, cookies: str) -> Journey | None:
    """The journey that this browser is on; None for none, an old one, or one begun in another session."""
    value = cookie_parser(cookies).get(_name(scope), "")
    try:
        payload, seal = json.loads(base64.urlsafe_b64decode(value))
        state, nonce, code_verifier, next_address, is_link, ends_at = json.loads(payload)
    except (ValueError, TypeError):
        return None
    is_own = hmac.compare_digest(str(seal), _seal(scope, str(payload)))
    if not is_own or not isinstance(ends_at, int) or ends_at < time.time():
        return None
    return Journey(Attempt(str(state), str(nonce), str(code_verifier)), str(next_address), bool(is_link))


def clear_journey(response: Response, scope: Scope) -> None:
    """Let the browser forget the journey: none is ended twice."""
    is_secure = scope["scheme"] == "https"
    response.delete_cookie(_name(scope), path="/", secure=is_secure, httponly=True, samesite="lax")


def _seal(scope: Scope, payload: str) -> str:
    """Binds a journey to the session in which it began, so that nobody else's cookie links an account."""
    return hmac.new((session_secret(scope) or "").encode(), payload.encode(), hashlib.sha256).hexdigest()


def _name(scope: Scope) -> str:
    return (_HOST_PREFIX if scope["scheme"] == "https" else "") + _NAME
