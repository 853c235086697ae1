"""Cursors: the place in a list where the next page begins, wrapped so that nobody builds on its form."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from app.db.base import LARGEST_ID
from app.errors import InvalidInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def encode_cursor(created_at: datetime, row_id: int) -> str:
    """The cursor of the row after which the next page begins."""
    microseconds = (created_at - _EPOCH) // _MICROSECOND
    return urlsafe_b64encode(json.dumps([microseconds, row_id]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, int]:
    """The moment and number of the row after which the page begins.

    Raises:
        InvalidInput: The cursor is none that ``encode_cursor`` made.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        microseconds, row_id = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        created_at = _EPOCH + timedelta(microseconds=microseconds)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _invalid() from error
    if type(row_id) is not int or not 0 < row_id <= LARGEST_ID or encode_cursor(created_at, row_id) != cursor:
        raise _invalid()
    return created_at, row_id


def _invalid() -> InvalidInput:
    return InvalidInput(
        "after", "This page address is not complete; start again from the first page of the list of samples."
    )
