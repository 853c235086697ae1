"""What an upload is made of and what became of each of its files."""

from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from app.schemas.base import ErrorBody, Schema


class CountPriority(IntEnum):
    """Which image is counted first: the lower number. A waiting person goes before a batch."""

    INTERACTIVE = 1
    BATCH = 10


def priority_name(priority: int) -> str:
    """A priority in a word, as it stands in the database: ``interactive`` or ``batch``."""
    return "interactive" if priority <= CountPriority.INTERACTIVE else "batch"


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """One file of an upload: its name as the sender gave it, and its seekable bytes."""

    file_name: str
    stream: BinaryIO


class UploadOutcome(Schema):
    """What became of one uploaded file.

    Either ``image_id`` is set, and the image is stored and will be counted, or ``error`` says why
    it was not accepted. ``duplicate_of`` is the image of the sample that the file equals.
    """

    file_name: str
    image_id: int | None = None
    error: ErrorBody | None = None
    is_duplicate: bool = False
    duplicate_of: int | None = None
