"""A manual differential: the types of cells a person counts, the count under way, and the count that was saved."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.schemas.base import Schema
from app.schemas.findings import Share
from model.classes import WhiteCellSubtype

LARGEST_COUNT = 2000
"""Cells of one manual count."""

LARGEST_TARGET = 1000


class ManualCellType(StrEnum):
    """What a person tells apart through the eyepiece: finer than what the network names."""

    SEGMENTED = "segmented_neutrophil"
    BAND = "band_neutrophil"
    LYMPHOCYTE = "lymphocyte"
    REACTIVE_LYMPHOCYTE = "reactive_lymphocyte"
    MONOCYTE = "monocyte"
    EOSINOPHIL = "eosinophil"
    BASOPHIL = "basophil"
    METAMYELOCYTE = "metamyelocyte"
    MYELOCYTE = "myelocyte"
    PROMYELOCYTE = "promyelocyte"
    BLAST = "blast"
    OTHER = "other_white_cell"
    NUCLEATED_RED_CELL = "nucleated_red_cell"
    SMUDGE_CELL = "smudge_cell"


APART = (ManualCellType.NUCLEATED_RED_CELL, ManualCellType.SMUDGE_CELL)
"""Counted beside the differential and in none of its percentages (reference/clinical.md 1.3 and 7.1)."""

IN_TOTAL = tuple(one for one in ManualCellType if one not in APART)

COUNTERPARTS: dict[ManualCellType, WhiteCellSubtype] = {
    ManualCellType.SEGMENTED: WhiteCellSubtype.NEUTROPHIL,
    ManualCellType.BAND: WhiteCellSubtype.NEUTROPHIL,
    ManualCellType.LYMPHOCYTE: WhiteCellSubtype.LYMPHOCYTE,
    ManualCellType.REACTIVE_LYMPHOCYTE: WhiteCellSubtype.LYMPHOCYTE,
    ManualCellType.MONOCYTE: WhiteCellSubtype.MONOCYTE,
    ManualCellType.EOSINOPHIL: WhiteCellSubtype.EOSINOPHIL,
    ManualCellType.BASOPHIL: WhiteCellSubtype.BASOPHIL,
    ManualCellType.METAMYELOCYTE: WhiteCellSubtype.IMMATURE_GRANULOCYTE,
    ManualCellType.MYELOCYTE: WhiteCellSubtype.IMMATURE_GRANULOCYTE,
    ManualCellType.PROMYELOCYTE: WhiteCellSubtype.IMMATURE_GRANULOCYTE,
}
"""As what the network counts each type; it has no name for blasts and others. Bands are neutrophils (ICSH 2015)."""

CountKey = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="Made by the browser, 32 hexadecimal digits.")]
Presses = Annotated[tuple[ManualCellType, ...], Field(max_length=LARGEST_COUNT)]


class CounterDraft(Schema):
    """The count that a person has under way. ``presses`` are its cells in the order they were counted."""

    count_key: CountKey
    version: Annotated[int, Field(ge=0, lt=2**31)]
    presses: Presses
    target: Annotated[int, Field(ge=1, le=LARGEST_TARGET)]


class SentDraft(CounterDraft):
    """A draft as a page sends it, and by whose hand."""

    editor: Annotated[str, Field(max_length=200)]


class CounterPreference(Schema):
    """A person's keys by type of cell, target and sound."""

    keys: dict[ManualCellType, str]
    target: int
    has_sound: bool


class ManualDifferential(Schema):
    """One saved count: who counted what and when, each type with its exact share of the ``n`` cells in the total.

    ``apart`` are cells beside the total, and so many per 100 of it; None per 100 where nothing is in the total.
    """

    id: int
    sample_id: int
    counted_by: str
    saved_at: datetime
    started_at: datetime | None
    is_typed: bool
    comment: str | None
    target: int
    n: int
    types: dict[ManualCellType, Share]
    apart: dict[ManualCellType, int]
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None

    def per_100(self, cell_type: ManualCellType) -> float | None:
        """Cells apart per 100 white cells of the total."""
        return 100 * self.apart[cell_type] / self.n if self.n else None
