"""Whose name an edit is kept under; the one place that says so."""

from typing import Annotated

from fastapi import Depends

from app.web.dependencies import ActorDep


def current_editor(actor: ActorDep) -> str:
    """The name of the person, or of the token, that sends this request."""
    return actor.name


EditorDep = Annotated[str, Depends(current_editor)]
