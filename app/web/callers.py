"""Who sends a request: told by its token or by its session."""

import ipaddress
from dataclasses import replace

import structlog
from starlette.datastructures import Headers
from starlette.types import Scope

from app.errors import InvalidToken
from app.schemas.actors import Actor, ActorKind
from app.schemas.permissions import Permission, token_permissions
from app.services.accounts.tokens import verify_token
from app.services.accounts.user_sessions import find_actor
from app.web.context import AppContext
from app.web.session_cookies import session_secret

_TOKEN_PATHS = ("/api/", "/metrics")
_FORWARDED_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip")


def caller_of(scope: Scope, context: AppContext, *, is_click: bool) -> Actor:
    """Who sends this request; a person only of a session that is still good.

    ``is_click`` is False for what an open page asks by itself.

    Raises:
        InvalidToken: It carries a token that is not good.
    """
    address, request_id = client_address(scope), _request_id()
    authorization = Headers(scope=scope).get("authorization")
    # Elsewhere it belongs to a proxy in front that asks for a password of its own.
    if authorization is not None and takes_tokens(scope["path"]):
        actor = _token_holder(authorization, context)
        return replace(actor, address=address, request_id=request_id)
    secret = session_secret(scope)
    if secret is not None:
        with context.database.unit_of_work() as session:
            found = find_actor(session, secret, context.settings, address=address, is_click=is_click)
        if found is not None:
            return replace(found, request_id=request_id)
    return nobody(scope)


def nobody(scope: Scope) -> Actor:
    """A caller of whom only the address is known."""
    return Actor(ActorKind.NOBODY, "nobody", address=client_address(scope), request_id=_request_id())


def takes_tokens(path: str) -> bool:
    """Whether programs call this address, with a token."""
    return path.startswith(_TOKEN_PATHS)


def client_address(scope: Scope) -> str | None:
    """The address that a request came from, told by the proxy where it is one that the settings trust."""
    client = scope.get("client")
    return str(client[0]) if client else None


def is_on_this_machine(scope: Scope) -> bool:
    """Whether a program on the server itself asks, with no proxy between."""
    headers = Headers(scope=scope)
    if any(name in headers for name in _FORWARDED_HEADERS):
        return False
    try:
        return ipaddress.ip_address(client_address(scope) or "").is_loopback
    except ValueError:
        return False


def _token_holder(authorization: str, context: AppContext) -> Actor:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken
    with context.database.unit_of_work() as session:
        identity = verify_token(session, token=token.strip())
    scopes = None if identity.scopes is None else [Permission(scope) for scope in identity.scopes]
    permissions = token_permissions(identity.role, scopes)
    return Actor(ActorKind.TOKEN, identity.name, id=identity.id, role=identity.role, permissions=permissions)


def _request_id() -> str | None:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return str(request_id) if request_id else None
