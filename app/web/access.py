"""The guard at the door: asks who comes, looks up what the route needs, and refuses everything else.

It stands before the body is read, so a stranger's upload costs nothing. A route without a rule is refused to everybody,
and ``confirm_access`` looks a second time, from inside the route, that the rule that was applied is its own.
"""

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.parse import quote, urlencode

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access_errors import AccessRefused, PasswordChangeRequired, SignInRequired
from app.errors import BloodcountError, InvalidToken
from app.schemas.actors import Actor, ActorKind
from app.schemas.audit import AuditAction
from app.services.accounts.acting import acting_as
from app.web.access_rules import OPEN, Rule
from app.web.body_limit import drain
from app.web.callers import caller_of, is_on_this_machine, nobody, takes_tokens
from app.web.context import AppContext, context_of
from app.web.problems import problem_response, wants_json
from app.web.request_log import route_of
from app.web.route_table import FoundRoute, RouteTable
from app.web.view_notes import RecentNotes, note_refusal, note_view


@dataclass(frozen=True, slots=True)
class _Visit:
    """One request: who sends it, where it leads, and what is asked there."""

    context: AppContext
    actor: Actor
    route: FoundRoute | None
    rule: Rule | None


_APPLIED = "bloodcount.applied_rule"
_NEVER_ASKS_WHO = ("/static/", "/healthz", "/readyz")


class AccessMiddleware:
    """Lets a request through to its route, in its caller's name, or answers 401, 403 or with the page to sign in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.recent = RecentNotes()
        self._table: tuple[int, RouteTable] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError(f"no route takes {scope['type']} requests")
        context = context_of(scope["app"])
        route = self._routes(scope["app"]).find(scope["method"], scope["path"])
        rule = _rule_of(scope["app"], route)
        actor = nobody(scope)
        try:
            if not scope["path"].startswith(_NEVER_ASKS_WHO):
                is_click = rule is None or not rule.is_background
                actor = await to_thread.run_sync(partial(caller_of, scope, context, is_click=is_click))
            _check(scope, route, rule, actor)
        except BloodcountError as error:
            await self._refuse(_Visit(context, actor, route, rule), error, scope, receive, send)
            return
        if route is not None:
            scope[_APPLIED] = route.key
        with acting_as(actor):
            await self.app(scope, receive, self._noting(_Visit(context, actor, route, rule), scope, send))

    def _routes(self, app: FastAPI) -> RouteTable:
        if self._table is None or self._table[0] != len(app.routes):
            self._table = len(app.routes), RouteTable(app)
        return self._table[1]

    def _noting(self, visit: _Visit, scope: Scope, send: Send) -> Send:
        route, event = visit.route, visit.rule.event if visit.rule else None
        if route is None or event is None:
            return send
        database = visit.context.database
        note = partial(note_view, database, self.recent, actor=visit.actor, action=event, scope=scope, route=route)

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < HTTPStatus.BAD_REQUEST:
                await to_thread.run_sync(note)
            await send(message)

        return send_noting

    async def _refuse(self, visit: _Visit, error: BloodcountError, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(error, InvalidToken | AccessRefused):
            action = AuditAction.TOKEN_REFUSED if isinstance(error, InvalidToken) else AuditAction.ACCESS_REFUSED
            database = visit.context.database
            note = partial(note_refusal, database, self.recent, actor=visit.actor, action=action, route=visit.route)
            await to_thread.run_sync(note)
        with acting_as(visit.actor):
            answer = _refusal(scope, error)
        if scope["method"] not in {"GET", "HEAD"}:
            await drain(receive)
        await answer(scope, receive, send)


def confirm_access(request: Request) -> None:
    """The second look: the route that runs is the one whose rule was applied.

    Raises:
        AccessRefused: It is not, so nobody has decided who may use it.
    """
    if request.scope.get(_APPLIED) != f"{request.method} {route_of(request.scope)}":
        raise AccessRefused("You", None)


def _rule_of(app: FastAPI, route: FoundRoute | None) -> Rule | None:
    if route is None:
        return None
    rules: dict[str, Rule] = app.state.access_rules
    return rules.get(route.key) or rules.get(route.key.replace("HEAD ", "GET ", 1))


def _check(scope: Scope, route: FoundRoute | None, rule: Rule | None, actor: Actor) -> None:
    """Refuse what the rule does not allow; an address that leads nowhere is answered by the application itself."""
    if route is None or rule is OPEN:
        return
    if rule is not None and rule.is_open_on_this_machine and is_on_this_machine(scope):
        return
    if actor.kind is ActorKind.NOBODY:
        raise InvalidToken if takes_tokens(scope["path"]) else SignInRequired
    if rule is None:
        raise AccessRefused(actor.name, None)
    if actor.must_change_password and not rule.is_password_change:
        raise PasswordChangeRequired
    if rule.permission is not None and not actor.may(rule.permission):
        raise AccessRefused(actor.name, rule.permission)


def _refusal(scope: Scope, error: BloodcountError) -> Response:
    """The answer: for a person who opens a page the way on, for everything else the problem in words."""
    is_page = scope["method"] in {"GET", "HEAD"} and not wants_json(scope)
    if is_page and isinstance(error, SignInRequired):
        return RedirectResponse(sign_in_address(scope), status_code=303)
    if is_page and isinstance(error, PasswordChangeRequired):
        return RedirectResponse("/account/password", status_code=303)
    return problem_response(scope, error)


def sign_in_address(scope: Scope) -> str:
    """The page to sign in on, which leads back to the page that was asked for."""
    query = scope["query_string"].decode("latin-1")
    wanted = quote(scope["path"]) + (f"?{query}" if query else "")
    return "/login" if wanted == "/" else f"/login?{urlencode({'next': wanted})}"
