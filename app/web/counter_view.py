"""What the page of the manual counter shows, and the form that saves a count."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import BloodcountError, InvalidInput
from app.schemas.actors import Actor
from app.schemas.manual_differentials import (
    APART,
    LARGEST_COUNT,
    LARGEST_TARGET,
    CounterPreference,
    CountKey,
    ManualCellType,
    Presses,
)
from app.services.reviews.counter_drafts import current_draft, preference, saved_keys
from app.services.reviews.counter_keys import KEY_PRESETS, checked_keys, checked_target
from app.services.reviews.manual_differentials import FinishedCount, checked_text
from app.web.manual_words import MANUAL_NAMES

_KEY: TypeAdapter[str] = TypeAdapter(CountKey)
_PRESSES: TypeAdapter[tuple[ManualCellType, ...]] = TypeAdapter(Presses)


@dataclass(frozen=True, slots=True)
class CounterKey:
    """A type of cell at the counter: its key, and whether it is counted apart from the total."""

    cell_type: ManualCellType
    name: str
    key: str
    is_apart: bool


@dataclass(frozen=True, slots=True)
class CounterForm:
    """What was typed beside the cells."""

    accession_number: str = ""
    comment: str = ""
    typed: dict[str, str] = field(default_factory=dict)


def counter_values(
    session: Session, actor: Actor, form: CounterForm, error: BloodcountError | None = None
) -> dict[str, Any]:
    """What the counter's page shows: the person's keys, the count under way, and an error beside its field."""
    chosen = preference(session, actor)
    field_at_fault = error.field if isinstance(error, InvalidInput) else ""
    return {
        "cells": counter_keys(chosen),
        "preference": chosen,
        "presets": [(one, {cell.value: key for cell, key in one.keys.items()}) for one in KEY_PRESETS],
        "draft": current_draft(session, actor),
        "saved_keys": saved_keys(session, actor),
        # Only for browsers without scripts: with them the count under way has its own.
        "new_key": uuid4().hex,
        "form": form,
        "largest_target": LARGEST_TARGET,
        "largest_count": LARGEST_COUNT,
        "editor": actor.name,
        "errors": {error.field: error.message} if isinstance(error, InvalidInput) else {},
        "has_key_error": field_at_fault.startswith(("target", "key_")),
    }


def counter_keys(chosen: CounterPreference) -> tuple[CounterKey, ...]:
    """Every type with the key that counts it."""
    return tuple(CounterKey(one, MANUAL_NAMES[one], chosen.keys.get(one, ""), one in APART) for one in ManualCellType)


def read_counter_form(data: FormData) -> CounterForm:
    """What was typed, exactly, so that nothing has to be typed again."""
    typed = {f"n_{one}": str(data.get(f"n_{one}", ""))[:10] for one in ManualCellType}
    return CounterForm(str(data.get("accession_number", "")), str(data.get("comment", "")), typed)


def read_finished_count(data: FormData) -> FinishedCount:
    """The count that a person saves: its cells as counted, or the numbers as typed.

    Raises:
        InvalidInput: A number is none, or a page sent what no counter counts.
    """
    presses_text = str(data.get("presses", ""))
    try:
        key = _KEY.validate_python(str(data.get("count_key", "")))
        presses = _PRESSES.validate_json(presses_text) if presses_text else None
    except ValidationError as error:
        raise InvalidInput(
            "tally", f"The page sent a count that cannot be read, or of more than {LARGEST_COUNT} cells; load it again."
        ) from error
    typed = {one: _number(one, str(data.get(f"n_{one}", ""))) for one in ManualCellType} if presses is None else {}
    return FinishedCount(
        count_key=key,
        target=checked_target(str(data.get("target", ""))),
        presses=presses,
        typed=typed,
        comment=checked_text("comment", str(data.get("comment", ""))),
    )


def read_preference(data: FormData) -> CounterPreference:
    """The keys, the target and the sound that a person chose.

    Raises:
        InvalidInput: A key or the target cannot be used.
    """
    return CounterPreference(
        keys=checked_keys({one: str(data.get(f"key_{one}", "")) for one in ManualCellType}),
        target=checked_target(str(data.get("target", ""))),
        has_sound=data.get("has_sound") == "yes",
    )


def _number(cell_type: ManualCellType, text: str) -> int:
    """A number as typed; an empty field is none of this type.

    Raises:
        InvalidInput: It is no whole number.
    """
    if not text.strip():
        return 0
    if not text.strip().isdecimal() or len(text.strip()) > 6:  # noqa: PLR2004 - more than any count
        raise InvalidInput("tally", f"{MANUAL_NAMES[cell_type]}: {text[:10]!r} is no number of cells.")
    return int(text)
