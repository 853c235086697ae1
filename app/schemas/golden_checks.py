"""The golden fields: what the same weights must count the same each time a process starts."""

from datetime import datetime
from enum import StrEnum

from app.schemas.base import Schema
from model.classes import CellClass


class GoldenKind(StrEnum):
    """Which fields a check counted: smears that the program draws, or those that the laboratory marked as golden."""

    DRAWN = "golden_fields"
    LABORATORY = "laboratory_fields"


class GoldenOutcome(StrEnum):
    """``recorded``: the first count of these weights by this engine, or one that a person accepted as such."""

    RECORDED = "recorded"
    PASSED = "passed"
    FAILED = "failed"


class FieldNumbers(Schema):
    """What was counted on one golden field."""

    counts: dict[str, int]
    differential: dict[str, int]
    morphology: dict[str, int]
    cells: int


class ClassAgreement(Schema):
    """Cells of one class that the laboratory confirmed, cells that were counted, and those of both that are one cell.

    ``names`` are the confirmed cells whose type is known, and ``named_alike`` those of them that were found and named
    so. ``percent`` is twice ``matched`` over ``confirmed`` and ``counted`` together, None where both are 0.
    """

    cell_class: CellClass
    confirmed: int
    counted: int
    matched: int
    names: int
    named_alike: int
    percent: float | None


class LaboratoryField(Schema):
    """A golden field of the laboratory as a process counted it; ``numbers`` is None where it was refused."""

    image_id: int
    um_per_px: float | None
    numbers: FieldNumbers | None
    agreement: tuple[ClassAgreement, ...]


class LaboratoryComparison(Schema):
    """What a check of the laboratory's golden fields went over.

    Of ``marked`` fields the newest ``most`` are counted, here those of ``images``; ``first`` of them were counted for
    the first time by these weights and this engine. ``erased`` were golden once, and their photographs were erased.
    ``missing`` are images that the image store has lost. ``previous_at`` is when these weights and this engine had
    counted golden fields before.
    """

    images: tuple[int, ...]
    first: int
    marked: int
    most: int
    erased: int
    missing: tuple[int, ...]
    agreement: tuple[ClassAgreement, ...]
    previous_at: datetime | None


class GoldenCheck(Schema):
    """One check of one counting process; ``differences`` say in words what is not as it was recorded.

    ``laboratory`` is None of drawn fields.
    """

    id: int
    kind: GoldenKind
    outcome: GoldenOutcome
    weights: str
    weights_sha256: str
    engine: str
    executor_id: str
    app_version: str
    differences: tuple[str, ...]
    made_at: datetime
    laboratory: LaboratoryComparison | None = None
