"""What routes ask for in their signatures, by name."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session

from app.db.session import Database
from app.schemas.actors import Actor
from app.schemas.grading import GradingScheme
from app.services.accounts.acting import current_actor
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
    description="A token made by 'bloodcount token create NAME'.",
)
"""Tells the API's description that calls carry a token; ``app.web.access`` judges it."""


def _actor() -> Actor:
    return current_actor()


ActorDep = Annotated[Actor, Depends(_actor)]
"""Who sends the request; the access rules have let them in already."""

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="The same key with the same files gives the same answer, once."),
]
