"""The handlers that turn errors of the application, the framework and the input into problems."""

import errno
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from app.errors import BloodcountError, StorageFull, TooManyFiles
from app.web.problems import INTERNAL_PROBLEM, Problem, problem_answer, problem_of, problem_response

_MESSAGES = {
    400: "The request could not be read. Go back, load the page again and repeat the step.",
    404: "There is nothing at this address. Check it, or find the sample in the list of samples.",
    405: "This address does not take this kind of request. Use the buttons of the page, or see the API's description.",
    413: "The upload is larger than this server accepts at once. Send the files in several smaller uploads.",
    500: INTERNAL_PROBLEM.message,
}
_FAR_TOO_MANY_FILES = (
    "This upload has far more files than this server accepts at once; none was stored. Send them in several uploads."
)
_FILES_MISSING = "No file was sent. Choose at least one image and send it in the field 'files'."
_FILES_NOT_FILES = "The field 'files' holds text instead of a file; send each image as a file of a multipart form."


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
    if error.status_code == HTTPStatus.BAD_REQUEST and str(error.detail).startswith("Too many files"):
        return Problem(413, TooManyFiles.code, _FAR_TOO_MANY_FILES)  # the parser gave up before it knew how many
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return Problem(error.status_code, code, _MESSAGES.get(error.status_code, f"{error.detail}."))


def _validation_problem(error: RequestValidationError) -> Problem:
    entries = error.errors()
    if any(entry["loc"][0] == "path" for entry in entries):
        # A number that is no number is an address that leads nowhere.
        return Problem(404, "not_found", _MESSAGES[404])
    fields = [{"field": _field_name(entry["loc"]), "message": _sentence(entry)} for entry in entries]
    first = fields[0]
    return Problem(422, "invalid_input", first["message"], extra={"field": first["field"], "fields": fields})


def _field_name(location: Sequence[int | str]) -> str:
    """The field's name; positions inside it or inside the text of the body are left out."""
    return next((part for part in location[1:] if isinstance(part, str)), "body")


def _sentence(entry: dict[str, Any]) -> str:
    """What is wrong with one field. What was typed is not repeated: it may name a patient."""
    name, kind = _field_name(entry["loc"]), entry["type"]
    if name == "files":
        return _FILES_MISSING if kind == "missing" else _FILES_NOT_FILES
    if kind == "value_error":  # the messages of our own checks are sentences already
        return str(entry["msg"]).removeprefix("Value error, ")
    if name == "body":
        return "The body is no JSON object; send one with 'Content-Type: application/json' and check its quotes."
    if kind == "missing":
        return f"The field {name!r} is missing; fill it in."
    return f"The field {name!r} is not usable: {entry['msg']}."
