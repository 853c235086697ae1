"""The handlers that turn errors of the application, the framework and the input into problems."""

import errno
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from app.errors import BloodcountError, StorageFull
from app.web.problems import INTERNAL_PROBLEM, Problem, problem_answer, problem_of, problem_response

_MESSAGES = {
    400: "The request could not be read. Go back, load the page again and repeat the step.",
    404: "There is nothing at this address. Check it, or find the sample in the list of samples.",
    405: "This address does not take this kind of request. Go back and use the buttons of the page.",
    413: "The upload is larger than this server accepts at once. Send the files in several smaller uploads.",
    500: INTERNAL_PROBLEM.message,
}


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application, of the framework and of the input in words."""

    @app.exception_handler(BloodcountError)
    def show_application_error(request: Request, error: BloodcountError) -> Response:
        return problem_response(request.scope, error)

    @app.exception_handler(HTTPException)
    def show_http_error(request: Request, error: HTTPException) -> Response:
        response = problem_answer(request.scope, _http_problem(error))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    def show_invalid_input(request: Request, error: RequestValidationError) -> Response:
        return problem_answer(request.scope, _validation_problem(error))


def _http_problem(error: HTTPException) -> Problem:
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno == errno.ENOSPC:
        return problem_of(StorageFull())
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return Problem(error.status_code, code, _MESSAGES.get(error.status_code, f"{error.detail}."))


def _validation_problem(error: RequestValidationError) -> Problem:
    fields = [
        {"field": _field_name(entry["loc"]), "message": _sentence(entry)} for entry in _without_input(error.errors())
    ]
    first = fields[0]
    return Problem(422, "invalid_input", first["message"], {"field": first["field"], "fields": fields})


def _without_input(entries: Iterable[Any]) -> list[Any]:
    """The same entries; what was typed is left out everywhere, because it may name a patient."""
    return [{"loc": entry["loc"], "type": entry["type"], "msg": entry["msg"]} for entry in entries]


def _field_name(location: Iterable[Any]) -> str:
    names = [str(part) for part in location if part not in {"body", "query", "path", "header"}]
    return ".".join(names) or "body"


def _sentence(entry: dict[str, Any]) -> str:
    """What is wrong with one field. The messages of our own checks are sentences already."""
    name = _field_name(entry["loc"])
    if entry["type"] == "value_error":
        return str(entry["msg"]).removeprefix("Value error, ")
    if entry["type"] == "missing" and name == "files":
        return "No file was sent. Choose at least one image and send it in the field 'files'."
    if entry["type"] == "missing":
        return f"The field {name!r} is missing; fill it in."
    if entry["type"] == "json_invalid":
        return "The body is not valid JSON; check its quotes and commas."
    return f"The field {name!r} is not usable: {entry['msg']}."
