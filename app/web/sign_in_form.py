"""The pages to sign in and to set up: where they lead afterwards, and what they show."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from app.services.accounts.sign_in import Visitor
from app.settings import Settings
from app.web.callers import client_address
from app.web.session_cookies import browser_secret

MIN_PASSWORD_HINT = "At least 12 characters. Several words that do not belong together are easy to remember."  # noqa: S105


def safe_next(address: str) -> str:
    """An address of this server to go on to; the first page for anything that could lead elsewhere."""
    parts = urlsplit(address)
    is_local = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_local and not parts.scheme and not parts.netloc and "\\" not in address else "/"


def visitor_of(request: Request) -> Visitor:
    """Where a sign-in comes from."""
    return Visitor(client_address(request.scope), request.headers.get("user-agent"), browser_secret(request.scope))


def sign_in_values(
    *,
    next_address: str,
    name: str = "",
    problem: str | None = None,
    is_set_up: bool = True,
    single_sign_on: str | None = None,
) -> dict[str, Any]:
    """What the page to sign in shows; the password is never shown again.

    ``single_sign_on`` says what the other button signs in with; None shows no such button.
    """
    return {
        "next": next_address,
        "name": name,
        "problem": problem,
        "is_set_up": is_set_up,
        "is_ended": False,
        "single_sign_on": single_sign_on,
    }


def single_sign_on_label(settings: Settings) -> str | None:
    """What single sign-on signs in with; None where it is not set up."""
    return settings.oidc_label if settings.oidc_issuer else None


def password_values(*, errors: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    """What a page with a field for a new password shows."""
    return {"errors": errors or {}, "password_hint": MIN_PASSWORD_HINT, **values}
