"""The golden fields: drawn smears that the same weights must count the same each time a process starts."""

from datetime import datetime
from enum import StrEnum

from app.schemas.base import Schema


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


class GoldenCheck(Schema):
    """One check of one counting process; ``differences`` say in words what is not as it was recorded."""

    id: int
    outcome: GoldenOutcome
    weights: str
    weights_sha256: str
    engine: str
    executor_id: str
    app_version: str
    differences: tuple[str, ...]
    made_at: datetime
