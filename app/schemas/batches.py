"""Batches: how their files are grouped into samples, what is announced, and what became of each file."""

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.schemas.base import Schema
from app.schemas.sample_details import SampleDetails
from app.schemas.samples import MAX_ACCESSION_CHARACTERS, MAX_NOTE_CHARACTERS
from model.types import Notice

MAX_PATH_CHARACTERS = 500
MAX_NAME_CHARACTERS = 200
MAX_MANIFEST_CHARACTERS = 900_000
MAX_ANNOUNCED_AT_ONCE = 1_000


class BatchFileStatus(StrEnum):
    """Where a file of a batch stands: awaited, then accepted, refused, skipped or abandoned; ZIP files are unpacked.

    An accepted file is an image, whose own status tells the rest.
    """

    AWAITED = "awaited"
    UNPACKING = "unpacking"
    UNPACKED = "unpacked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SKIPPED = "skipped"
    ABANDONED = "abandoned"


class BatchStatus(StrEnum):
    """Where a batch stands, derived from its files; ``attention`` means finished, but not with every file counted."""

    SENDING = "sending"
    UNPACKING = "unpacking"
    COUNTING = "counting"
    READY = "ready"
    ATTENTION = "attention"
    EMPTY = "empty"


class GroupingRule(Schema):
    """Which sample a file belongs to, told from its path.

    ``folder``: the folder that it lies in. ``before_first`` and ``before_last``: its name up to the first or last
    ``separator``. ``file``: its whole name, so that each file is a sample. ``one``: all belong to ``accession_number``.
    """

    by: Literal["folder", "before_first", "before_last", "file", "one"] = "folder"
    separator: Annotated[str, Field(min_length=1, max_length=10)] = "_"
    accession_number: Annotated[str | None, Field(max_length=MAX_ACCESSION_CHARACTERS)] = None


def _clean_name(value: str) -> str:
    cleaned = " ".join(unicodedata.normalize("NFC", value).split())
    return "".join(character for character in cleaned if character.isprintable())


def _clean_path(value: str) -> str:
    """The path with plain slashes, as a browser or a ZIP file gives it.

    Raises:
        ValueError: Nothing is left of it, or it holds characters that cannot be stored.
    """
    cleaned = "/".join(part for part in value.replace("\\", "/").split("/") if part not in {"", "."})
    if not cleaned:
        raise ValueError("The path of a file is empty; send its name, with its folders where it has any.")
    if "\0" in cleaned or any("\ud800" <= character <= "\udfff" for character in cleaned):
        raise ValueError("The path of a file holds characters that cannot be stored; rename the file.")
    return cleaned


FilePath = Annotated[str, Field(min_length=1, max_length=MAX_PATH_CHARACTERS), AfterValidator(_clean_path)]


class NewBatch(Schema):
    """What a person or a program gives to open a batch; ``manifest`` is the text of a CSV file."""

    name: Annotated[str, Field(max_length=MAX_NAME_CHARACTERS), AfterValidator(_clean_name)] = ""
    rule: GroupingRule = GroupingRule()
    manifest: Annotated[str | None, Field(max_length=MAX_MANIFEST_CHARACTERS)] = None


class AnnouncedFile(Schema):
    """A file that will be sent. Without an ``accession_number`` the batch's manifest and rule tell its sample."""

    path: FilePath
    byte_size: Annotated[int, Field(ge=0, le=2**53)]
    accession_number: Annotated[str | None, Field(max_length=MAX_ACCESSION_CHARACTERS)] = None
    note: Annotated[str | None, Field(max_length=MAX_NOTE_CHARACTERS)] = None


class Announcement(Schema):
    """Files that will be sent; announcing a file a second time changes nothing."""

    files: Annotated[tuple[AnnouncedFile, ...], Field(max_length=MAX_ANNOUNCED_AT_ONCE)]


class GroupingQuestion(Schema):
    """Paths to be grouped without opening a batch."""

    paths: tuple[FilePath, ...]
    rule: GroupingRule = GroupingRule()
    manifest: Annotated[str | None, Field(max_length=MAX_MANIFEST_CHARACTERS)] = None


class Completion(Schema):
    """The sender's word that a batch is complete; ``leave_out_missing`` gives up what has not arrived."""

    leave_out_missing: bool = False


class ManifestRow(Schema):
    """One row of a CSV manifest; ``line`` is its line in the file, the header being line 1.

    ``details`` is what it tells of the sample besides; None where that is nothing.
    """

    line: int
    file: str
    accession_number: str
    note: str | None = None
    details: SampleDetails | None = None


class ManifestSample(Schema):
    """What a manifest tells of a sample, which gets it unless it exists already; the profile's name stands beside."""

    accession_number: str
    details: SampleDetails
    acquisition_profile: str | None


class GroupedFile(Schema):
    """A path and the sample that it would belong to; None where neither manifest nor rule tells one."""

    path: str
    accession_number: str | None
    note: str | None = None
    is_from_manifest: bool = False


class Grouping(Schema):
    """Files grouped into samples, with the manifest's rows and the files that do not fit each other.

    ``samples`` are those of which the manifest tells more than their number.
    """

    files: tuple[GroupedFile, ...]
    rows_without_file: tuple[ManifestRow, ...] = ()
    files_without_row: tuple[str, ...] = ()
    ambiguous_rows: tuple[ManifestRow, ...] = ()
    samples: tuple[ManifestSample, ...] = ()


class BatchFile(Schema):
    """One file of a batch. ``state`` is its image's status once it is accepted, else its own."""

    id: int
    path: str
    byte_size: int
    received_bytes: int
    status: BatchFileStatus
    state: str
    accession_number: str | None
    image_id: int | None
    sample_id: int | None
    reason: Notice | None


class BatchFilePage(Schema):
    """A page of a batch's files in the order they were announced; ``next_after`` asks for the next one."""

    items: tuple[BatchFile, ...]
    next_after: int | None


class BatchSample(Schema):
    """One sample of a batch with how many of its files stand where; ``sample_id`` is None until one was accepted."""

    id: int
    accession_number: str
    note: str | None
    sample_id: int | None
    files_total: int
    files_by_state: dict[str, int]


class BatchSummary(Schema):
    """One batch in a list. ZIP files are counted in ``archives_total``, their members among the files."""

    id: int
    name: str
    status: BatchStatus
    created_at: datetime
    completed_at: datetime | None
    files_total: int
    archives_total: int
    samples_total: int
    files_by_state: dict[str, int]


class BatchDetail(BatchSummary):
    """One batch with its samples and with the rows of its manifest that match none of the files known so far."""

    rule: GroupingRule
    samples: tuple[BatchSample, ...]
    rows_without_file: tuple[ManifestRow, ...]


class BatchPage(Schema):
    """A page of batches, newest first."""

    items: tuple[BatchSummary, ...]
    next_cursor: Annotated[str | None, Field(description="Send it as `after` to get the next page.")] = None
