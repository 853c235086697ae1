"""One log line, one measurement and one number for every request, and the last resort for errors nobody foresaw."""

import re
import time
from secrets import token_hex
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.metrics import RequestMetrics
from app.web.problems import INTERNAL_PROBLEM, problem_answer

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SERVER_ERROR = 500
_log = structlog.get_logger("bloodcount.request")


class RequestLogMiddleware:
    """Gives each request a number (``X-Request-ID``), logs how it ended, and answers 500 where it crashed.

    Neither the address as typed nor its query is logged: a search holds an accession number. What is logged is the
    route, such as ``/samples/{sample_id}``.
    """

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        status: list[int] = []

        async def send_noting_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_noting_status)
            except Exception as error:  # noqa: BLE001 - the last resort: it is logged in full and answered in words
                self.metrics.note_crash(error)
                _log.exception("request_crashed", method=scope["method"], route=route_of(scope))
                if not status:
                    await problem_answer(scope, INTERNAL_PROBLEM)(scope, receive, send_noting_status)
            finally:
                self._note(scope, status[0] if status else _SERVER_ERROR, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        self.metrics.note_request(method=scope["method"], route=route, status=status, seconds=seconds)
        level = "warning" if status >= _SERVER_ERROR else "info"
        getattr(_log, level)(
            "request", method=scope["method"], route=route, status=status, duration_ms=round(seconds * 1000, 1)
        )


def route_of(scope: Scope) -> str:
    """The pattern of the route that took the request, such as ``/samples/{sample_id}``; never the address itself."""
    # A router that is included under a prefix knows its routes without it; FastAPI's own view of the route has both.
    route: Any = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched")


def _request_id(headers: Headers) -> str:
    """The number that a proxy in front gave the request, or a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else token_hex(8)
