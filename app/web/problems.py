"""Every error in words: a page for a person, a JSON body for a program, never a stack trace."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers
from starlette.types import Scope

from app.errors import BloodcountError, InvalidToken
from app.schemas.base import ErrorBody, Schema
from app.web.templating import render_page

_INTERNAL = (
    "Something went wrong inside Bloodcount. Nothing that was stored is lost; try again, and if it happens again tell "
    "the person who runs this server."
)
_TITLES = {
    400: "The request could not be read",
    401: "Please sign in",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "This contradicts what is already there",
    413: "Too large",
    421: "Not known by this name",
    429: "Please wait",
    415: "Not a usable image",
    422: "Something in the form is not right",
    500: "Something went wrong",
    503: "Not available at the moment",
    507: "The image store is full",
}


class ProblemBody(Schema):
    """The JSON body of an error; ``error`` may also name the ``field`` or the existing ``sample_id``."""

    error: ErrorBody


@dataclass(frozen=True, slots=True)
class Problem:
    """One error as it is shown: HTTP status, stable code, and a sentence with the next step."""

    status: int
    code: str
    message: str
    retry_after_s: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """A few words above the message."""
        return _TITLES.get(self.status, HTTPStatus(self.status).phrase)

    @property
    def json_body(self) -> dict[str, Any]:
        """The body that a program gets."""
        retry = {} if self.retry_after_s is None else {"retry_after_s": self.retry_after_s}
        return {"error": {"code": self.code, "message": self.message, **retry, **self.extra}}


INTERNAL_PROBLEM = Problem(500, "internal_error", _INTERNAL)


def problem_of(error: BloodcountError) -> Problem:
    """How an error of the application is shown, with the form's field or the existing sample where it names one."""
    names = ("field", "sample_id", "image_id")
    extra = {name: getattr(error, name) for name in names if getattr(error, name, None) is not None}
    return Problem(error.http_status, error.code, error.message, error.retry_after_s, extra)


def wants_json(scope: Scope) -> bool:
    """Whether a program asks: an address of the API, or a script that accepts JSON only."""
    accept = Headers(scope=scope).get("accept", "")
    return scope["path"].startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def problem_answer(scope: Scope, problem: Problem) -> Response:
    """The answer that shows a problem, as JSON or as a page; it is counted by its code."""
    if "app" in scope:
        scope["app"].state.metrics.note_problem(problem.code)
    if wants_json(scope):
        response: Response = JSONResponse(problem.json_body, status_code=problem.status)
    else:
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        response = render_page("error.html", {"problem": problem, "request_id": request_id}, status_code=problem.status)
    if problem.status == InvalidToken.http_status:
        response.headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    return response


def problem_response(scope: Scope, error: BloodcountError) -> Response:
    """The answer that shows an error of the application."""
    return problem_answer(scope, problem_of(error))
