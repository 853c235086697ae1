"""A sample's manual differentials as programs read them."""

from datetime import datetime

from pydantic import Field

from app.schemas.base import Schema
from app.schemas.findings import Share
from app.schemas.manual_differentials import ManualCellType


class CellsApart(Schema):
    """Cells of one type that are counted beside the total and are in no percentage."""

    n: int = Field(description="Cells of this type.")
    per_100: float | None = Field(description="So many per 100 cells of the total; null where the total has no cell.")


class ComparedCells(Schema):
    """One type in the manual count and on the photographs."""

    subtype: str = Field(description="The type as the network names it.")
    manual: Share = Field(description="Counted by hand, of the cells that the network has a name for.")
    automatic: Share = Field(description="On the photographs, of the identified cells, persons' corrections included.")
    p: float = Field(description="Fisher's exact two-sided p.")
    differs: bool = Field(description="Whether they differ by more than chance explains, after Holm's correction.")


class PhotographComparison(Schema):
    """A manual count beside the differential of the sample's photographs as it is now."""

    manual_n: int = Field(description="Manual cells of types that the network can name.")
    automatic_n: int = Field(description="Identified white cells on the photographs.")
    left_out: int = Field(description="Manual cells of the total that the network has no name for, such as blasts.")
    automatic_unidentified: int = Field(description="White cells on the photographs that are left for a person.")
    types: tuple[ComparedCells, ...] = Field(description="Each type that both tell apart.")


class KeptDifferential(Schema):
    """One manual count as it was saved; it never changes, and a withdrawn one is told as such."""

    id: int
    counted_by: str = Field(description="Who counted.")
    started_at: datetime | None = Field(description="When the first cell was counted; null where it was not noted.")
    saved_at: datetime = Field(description="When it was saved.")
    is_typed: bool = Field(description="Whether the numbers were typed, and not counted cell by cell.")
    target: int = Field(description="How many cells were meant to be counted.")
    n: int = Field(description="Cells in the total, of which the percentages are.")
    types: dict[ManualCellType, Share] = Field(
        description="Each type of the total: its cells, its percentage of n and the exact 95 % interval of that "
        "(Clopper-Pearson); percentage and interval are null where n is 0."
    )
    apart: dict[ManualCellType, CellsApart] = Field(description="Cells counted beside the total.")
    comparison: PhotographComparison | None = Field(
        description="Null where the photographs, or this count, have no cell to compare."
    )
    comment: str | None
    withdrawn_at: datetime | None = Field(description="When it was withdrawn; null where it holds.")
    withdrawn_by: str | None
    withdrawal_reason: str | None


class SampleDifferentials(Schema):
    """A sample's manual differentials, the newest first, those withdrawn too."""

    sample_id: int
    accession_number: str
    differentials: tuple[KeptDifferential, ...]
