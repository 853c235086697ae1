"""Reference ranges: versioned data that a laboratory edits, by analyte, sex and age."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from app.schemas.analytes import Analyte
from app.schemas.base import Schema
from app.schemas.patients import Age, Sex
from app.schemas.sample_details import clean_line
from model.types import Notice


def _clean_source(value: str) -> str:
    cleaned = clean_line(value, "source", 300)
    if cleaned is None:
        raise ValueError("The source is empty. Say where the range is from, such as a book or your own study.")
    return cleaned


class ReferenceRange(Schema):
    """One range, both ends part of it, in the analyte's unit; an end that is None is open.

    It is for ages from ``age_from`` on and below ``age_to``; for any age above where ``age_to`` is None. Without a
    ``sex`` it is for both.
    """

    analyte: Analyte
    sex: Sex | None = None
    age_from: Age
    age_to: Age | None = None
    low: Annotated[float | None, Field(ge=0, allow_inf_nan=False)] = None
    high: Annotated[float | None, Field(gt=0, allow_inf_nan=False)] = None
    source: Annotated[str, AfterValidator(_clean_source)]

    @model_validator(mode="after")
    def _has_an_end(self) -> "ReferenceRange":
        """Refuse a range that nothing can lie outside of, or inside.

        Raises:
            ValueError: Both ends are open, or the low one is not below the high one.
        """
        if self.low is None and self.high is None:
            raise ValueError("A range needs a lower or an upper end.")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"The lower end {self.low:g} is not below the upper end {self.high:g}.")
        return self


class RangeSet(Schema):
    """All ranges of one version. Versions are never changed: a correction is a new one."""

    version: int
    ranges: tuple[ReferenceRange, ...]
    reason: str
    created_at: datetime
    created_by: str


class RangeSetSummary(Schema):
    """One version in a list, without its ranges."""

    version: int
    reason: str
    created_at: datetime
    created_by: str


class RangeComparison(Schema):
    """A quantity against the range of its analyte, sex and age, and the version of the ranges that it is from.

    Either there is a ``range`` and a ``position``, or a ``reason`` why there is none. ``is_beyond_chance`` is True
    where the whole 95 % interval of the quantity lies outside, None where it has no interval.
    """

    version: int
    range: ReferenceRange | None
    position: Literal["below", "within", "above"] | None
    is_beyond_chance: bool | None
    reason: Notice | None
