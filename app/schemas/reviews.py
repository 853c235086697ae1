"""A person's corrections of a field: what a browser sends, what is kept, and what it is answered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import Schema
from app.schemas.counts import ClassCounts
from app.schemas.result_record import CellEntry, ResultRecord
from model.classes import CellClass
from model.types import BoxXyxy

LARGEST_BATCH = 500
"""Edits in one request; a browser with more in its queue sends several."""

_EditId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="Made by the sender, 32 hexadecimal digits.")]
_CellId = Annotated[
    str,
    Field(
        pattern=r"^(n\d{1,7}|p[0-9a-f]{32})$",
        description="n and the position among the network's cells from 0, or p and 32 digits for a person's cell.",
    ),
]


class EditAction(StrEnum):
    """What a person did to a cell; ``restore`` takes back or does again what an earlier edit did."""

    RELABEL = "relabel"
    CONFIRM = "confirm"
    DELETE = "delete"
    ADD = "add"
    RESTORE = "restore"


class CellState(Schema):
    """A cell as it stands after a change; ``confirmed_by`` is None while only the network has spoken.

    ``box`` is in pixels of the upright image. A ``removed`` cell is none, and is kept so that it can come back.
    """

    cell_class: CellClass = Field(alias="class")
    subtype: str | None
    box: BoxXyxy
    counted: bool
    confirmed_by: str | None
    removed: bool = False


class NewEdit(Schema):
    """One change as it is sent.

    ``previous`` is the newest edit of this cell that the person saw, None for a cell nobody had touched: it tells
    whether somebody else was quicker. ``of_edit`` and ``state`` belong to ``restore``: back to how the cell stood
    before that edit, or after it.
    """

    edit_id: _EditId
    cell: _CellId
    action: EditAction
    previous: _EditId | None = None
    cell_class: CellClass | None = Field(default=None, alias="class")
    subtype: str | None = None
    box: BoxXyxy | None = None
    of_edit: _EditId | None = None
    state: Literal["before", "after"] | None = None


class EditBatch(Schema):
    """Edits in the order they were made; ``seen_revision`` is the newest that the sender knows.

    ``editor`` is by whose hand, where the sender knows: an open page outlives a sign-out, and nobody's edits may be
    kept under the name of whoever signed in next.
    """

    analysis_id: int
    seen_revision: Annotated[int, Field(ge=0)]
    editor: Annotated[str | None, Field(max_length=200)] = None
    edits: Annotated[tuple[NewEdit, ...], Field(max_length=LARGEST_BATCH)]


class RecordedEdit(Schema):
    """One change as it is kept."""

    revision: int
    edit_id: str
    cell: str
    action: EditAction
    actor: str
    made_at: datetime
    old: CellState | None
    new: CellState


class EditOutcome(Schema):
    """What became of one sent edit: saved (now or by an earlier try), in conflict with another, or refused."""

    edit_id: str
    status: Literal["saved", "conflict", "refused"]
    revision: int | None = None
    message: str | None = None


class EditAnswer(Schema):
    """The newest revision, what became of each edit, and every edit that the sender had not seen."""

    revision: int
    outcomes: tuple[EditOutcome, ...]
    edits: tuple[RecordedEdit, ...]


class FieldReview(Schema):
    """A field for correcting: what the network found, untouched, and the edits on top of it.

    The cells' numbers are their positions: the edits call the first ``n0``. ``thresholds`` are the scores, in
    0..1, from which a cell of a class is counted.
    """

    image_id: int
    sample_id: int
    analysis_id: int
    file_name: str
    width: int
    height: int
    thresholds: dict[str, float]
    unavailable: tuple[str, ...]
    cells: tuple[CellEntry, ...]
    revision: int
    edits: tuple[RecordedEdit, ...]


class NetworkSuggestion(Schema):
    """What the network had called a cell that a person changed or confirmed."""

    cell_class: CellClass = Field(alias="class")
    subtype: str | None
    subtype_probability: float | None


class ReviewedCellEntry(CellEntry):
    """A cell of a reviewed image. Without ``confirmed_by`` it is the network's suggestion still.

    A cell that a person added has origin ``person`` and, having no output of the network, the score 1.
    """

    id: str
    origin: Literal["network", "person"]
    confirmed_by: str | None
    suggested: NetworkSuggestion | None


class ReviewSummary(Schema):
    """How far persons have gone through an image: cells confirmed as they were, renamed, added and removed."""

    revision: int
    confirmed: int
    relabelled: int
    added: int
    removed: int
    updated_at: datetime

    @property
    def touched(self) -> int:
        """Cells that a person has dealt with."""
        return self.confirmed + self.relabelled + self.added + self.removed


class ReviewedResultRecord(ResultRecord):
    """The result record of an image that persons have corrected.

    Counts, differential, morphology and cells are the reviewed ones; ``network_counts`` are the network's own, and
    ``removed`` what it had found and a person took away.
    """

    cells: tuple[ReviewedCellEntry, ...]
    review: ReviewSummary
    network_counts: ClassCounts
    removed: tuple[ReviewedCellEntry, ...]
