"""The two cookies: the session, and the one by which a browser is known again at its next sign-in."""

from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from app.services.accounts.sign_in import SignedIn

_SESSION, _BROWSER = "bloodcount_session", "bloodcount_browser"
_HOST_PREFIX = "__Host-"
"""Browsers take a cookie of this name only over TLS and from this very host, and no other host can plant one."""

_BROWSER_KNOWN_SECONDS = 400 * 24 * 3600


def session_secret(scope: Scope) -> str | None:
    """What the browser holds of its session."""
    return _read(scope, _SESSION)


def browser_secret(scope: Scope) -> str | None:
    """What the browser holds since somebody first signed in there."""
    return _read(scope, _BROWSER)


def session_cookie_name(*, is_secure: bool) -> str:
    """The name of the session's cookie, over TLS and without."""
    return (_HOST_PREFIX if is_secure else "") + _SESSION


def set_cookies(response: Response, scope: Scope, signed_in: SignedIn) -> None:
    """Hand the browser its session. No script reads it, and other sites' forms do not carry it."""
    _set(response, scope, _SESSION, signed_in.session_secret, max_age=None)
    _set(response, scope, _BROWSER, signed_in.browser_secret, max_age=_BROWSER_KNOWN_SECONDS)


def clear_session_cookie(response: Response, scope: Scope) -> None:
    """Let the browser forget its session."""
    is_secure = scope["scheme"] == "https"
    response.delete_cookie(
        session_cookie_name(is_secure=is_secure), path="/", secure=is_secure, httponly=True, samesite="lax"
    )


def _read(scope: Scope, name: str) -> str | None:
    is_secure = scope["scheme"] == "https"
    cookies = cookie_parser("; ".join(Headers(scope=scope).getlist("cookie")))
    return cookies.get((_HOST_PREFIX if is_secure else "") + name) or None


def _set(response: Response, scope: Scope, name: str, value: str, *, max_age: int | None) -> None:
    is_secure = scope["scheme"] == "https"
    # Lax and not Strict: a link from the laboratory's system to a sample has to find its reader signed in.
    response.set_cookie(
        (_HOST_PREFIX if is_secure else "") + name,
        value,
        max_age=max_age,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
