"""Marks of what a form showed, so that a change made in the meantime is noticed and not overwritten."""

import hashlib

from app.schemas.base import Schema


def edit_mark(shown: Schema) -> str:
    """A short mark of these values; equal values have equal marks."""
    return hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:16]
