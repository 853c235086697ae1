"""Whose name an edit is kept under; the one place that says so."""

from typing import Annotated

from fastapi import Depends

LOCAL_EDITOR = "local"
"""Whoever sits at an installation without accounts."""


def current_editor() -> str:
    """The name of the person who sends this request."""
    return LOCAL_EDITOR


EditorDep = Annotated[str, Depends(current_editor)]
