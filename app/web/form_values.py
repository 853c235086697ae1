"""Numbers as people type them, and a schema's refusal as the error of one field."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import ValidationError

from app.errors import InvalidInput

_MOST_DIGITS = 15
_MOST_FIELDS = 4000
"""More than the longest form, that of the reference ranges, can have."""

_SHOWN = 20


async def _typed_fields(request: Request) -> Mapping[str, str]:
    form = await request.form(max_fields=_MOST_FIELDS)
    return {name: value for name, value in form.items() if isinstance(value, str)}


TypedFieldsDep = Annotated[Mapping[str, str], Depends(_typed_fields)]
"""Every text field of a form as it was typed, by name: for forms whose fields are told by data."""


def whole_number(field: str, name: str, text: str) -> int | None:
    """A whole number of zero or more; None where nothing is typed.

    Raises:
        InvalidInput: It is no such number.
    """
    cleaned = text.strip()
    if not cleaned:
        return None
    if not (cleaned.isascii() and cleaned.isdecimal()) or len(cleaned) > _MOST_DIGITS:
        raise InvalidInput(field, f"The {name} {cleaned[:_SHOWN]!r} is no whole number; type digits only, such as 42.")
    return int(cleaned)


def decimal_number(field: str, name: str, text: str) -> float | None:
    """A number, with a point or a comma before its decimals; None where nothing is typed.

    Raises:
        InvalidInput: It is no number, or could be read in two ways.
    """
    cleaned = text.strip()
    if not cleaned:
        return None
    try:
        value = float(cleaned.replace(",", ".", 1))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in cleaned:
        message = f"The {name} {cleaned[:_SHOWN]!r} is no number; write it as 0.25, without spaces or units."
        raise InvalidInput(field, message)
    return value


def first_error(error: ValidationError, *, whole: str, prefix: str = "") -> InvalidInput:
    """The first thing that a schema refuses, at its field; at the field ``whole`` where it is about all of them."""
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else whole
    return InvalidInput(f"{prefix}{field}", _in_words(dict(first)))


def _in_words(found: dict[str, Any]) -> str:
    if found["type"] == "value_error":
        return str(found["msg"]).removeprefix("Value error, ")
    limits = found.get("ctx") or {}
    for name, words in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
        if name in limits:
            return f"{found['input']} was given and the value has to be {words} {limits[name]:g}; correct it."
    return f"{str(found['input'])[:_SHOWN]!r} cannot be used here; choose or type another value."
