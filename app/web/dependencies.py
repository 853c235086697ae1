"""What routes ask for in their signatures, by name."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session

from app.db.session import Database
from app.errors import InvalidToken
from app.schemas.grading import GradingScheme
from app.schemas.tokens import TokenIdentity
from app.services.tokens import verify_token
from app.settings import Settings
from app.storage import ImageStore
from app.web.context import AppContext, context_of


def app_context(request: Request) -> AppContext:
    """The parts of the running application."""
    return context_of(request.app)


ContextDep = Annotated[AppContext, Depends(app_context)]


def _settings(context: ContextDep) -> Settings:
    return context.settings


def _database(context: ContextDep) -> Database:
    return context.database


def _store(context: ContextDep) -> ImageStore:
    return context.store


def _session(context: ContextDep) -> Iterator[Session]:
    with context.database.unit_of_work() as session:
        yield session


def _grading_scheme(context: ContextDep) -> GradingScheme | None:
    return context.grading_scheme


SettingsDep = Annotated[Settings, Depends(_settings)]
DatabaseDep = Annotated[Database, Depends(_database)]
StoreDep = Annotated[ImageStore, Depends(_store)]
GradingSchemeDep = Annotated[GradingScheme | None, Depends(_grading_scheme)]
SessionDep = Annotated[Session, Depends(_session, scope="function")]
"""One unit of work a request, committed before the answer is sent: an answer never promises what was not stored."""


declare_bearer_token = HTTPBearer(
    auto_error=False,
    scheme_name="ApiToken",
    description="A token made by 'bloodcount token create NAME'; may be left out where the settings need none.",
)
"""Tells the API's description that calls carry a token; ``check_api_token`` judges it."""


def check_api_token(
    context: ContextDep, authorization: Annotated[str | None, Header(include_in_schema=False)] = None
) -> TokenIdentity | None:
    """Who calls the API; None for a caller without a token, where the settings allow that.

    Raises:
        InvalidToken: A token is required and missing, or the one given is not valid.
    """
    if authorization is None:
        if context.settings.require_api_token:
            raise InvalidToken
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken
    with context.database.unit_of_work() as session:
        return verify_token(session, token=token.strip())


IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="The same key with the same files gives the same answer, once."),
]
