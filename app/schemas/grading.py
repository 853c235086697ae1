"""A grading scheme of red-cell morphology: which share of the red cells is called 1+, 2+, 3+."""

import math
from collections import Counter
from enum import StrEnum
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from app.schemas.base import Schema
from model.classes import RedCellSubtype

GRADED_TYPES = tuple(
    subtype for subtype in RedCellSubtype if subtype not in {RedCellSubtype.NORMAL, RedCellSubtype.UNCATEGORISED}
)
"""The types that a scheme can grade: neither normal cells nor those without a type."""

_TAIL = 0.025
_Text = Annotated[str, Field(min_length=1, max_length=500)]
_Percent = Annotated[float, Field(ge=0, le=100)]


class GradingUnit(StrEnum):
    """What a scheme's limits are measured in."""

    PERCENT_OF_RED_CELLS = "percent_of_red_cells"
    PER_FIELD = "per_field"


class _SchemePart(Schema):
    model_config = ConfigDict(extra="forbid")


class GradeLimit(_SchemePart):
    """One grade and where it begins: at a value (``at_least``), or beyond it (``above``)."""

    label: Annotated[str, Field(min_length=1, max_length=20)]
    at_least: _Percent | None = None
    above: _Percent | None = None

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        if (self.at_least is None) == (self.above is None):
            raise ValueError(f"grade {self.label!r} needs exactly one limit, 'at_least' or 'above'")
        return self

    @property
    def begins_at(self) -> float:
        """The value at, or just above, which the grade begins."""
        return self.at_least if self.at_least is not None else self.above or 0.0

    def is_reached_by(self, value: float) -> bool:
        """Whether a value is of this grade or a higher one."""
        return value >= self.at_least if self.at_least is not None else value > self.begins_at


class GradingScale(_SchemePart):
    """The grades of some types, lowest first, and the fewest red cells from which they may be given."""

    types: Annotated[tuple[RedCellSubtype, ...], Field(min_length=1)]
    least_red_cells: Annotated[int, Field(ge=1)]
    least_reason: _Text
    grades: Annotated[tuple[GradeLimit, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        limits = [grade.begins_at for grade in self.grades]
        if sorted(set(limits)) != limits:
            raise ValueError(f"the limits {limits} do not rise from grade to grade")
        if len({grade.label for grade in self.grades}) < len(self.grades):
            raise ValueError("two grades have the same label")
        wrong = [subtype.value for subtype in self.types if subtype not in GRADED_TYPES]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} cannot be graded; types are {', '.join(GRADED_TYPES)}")
        return self

    def grade_of(self, value: float) -> str | None:
        """The highest grade that a value reaches; None below the lowest."""
        reached = [grade.label for grade in self.grades if grade.is_reached_by(value)]
        return reached[-1] if reached else None

    @property
    def fewest_that_tell(self) -> int:
        """The fewest red cells among which not one of a type excludes the lowest grade.

        The upper limit of the exact 95 % interval of 0 of n is 1 - 0.025^(1/n) (Clopper and Pearson 1934).
        """
        lowest = self.grades[0].begins_at / 100
        if not 0 < lowest < 1:
            return 1
        return math.ceil(math.log(_TAIL) / math.log(1 - lowest))


class GradingScheme(_SchemePart):
    """A grading scheme, as its file gives it. A changed limit is a new version."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    version: Annotated[str, Field(min_length=1, max_length=20)]
    title: _Text
    source: _Text
    unit: GradingUnit
    scales: Annotated[tuple[GradingScale, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _grades_each_type_once(self) -> Self:
        found = Counter(subtype for scale in self.scales for subtype in scale.types)
        twice = [subtype.value for subtype, times in found.items() if times > 1]
        if twice:
            raise ValueError(f"{', '.join(twice)} stands in more than one scale")
        return self

    @model_validator(mode="after")
    def _asks_for_enough_red_cells(self) -> Self:
        if self.unit is GradingUnit.PERCENT_OF_RED_CELLS:
            for scale in self.scales:
                if scale.least_red_cells < scale.fewest_that_tell:
                    raise ValueError(
                        f"least_red_cells is {scale.least_red_cells} for {scale.types[0].value}, but among fewer than "
                        f"{scale.fewest_that_tell} red cells not even none seen excludes the grade "
                        f"{scale.grades[0].label!r} (exact 95 % interval); raise it"
                    )
        return self

    def scale_of(self, subtype: RedCellSubtype) -> GradingScale | None:
        """The scale of a type; None where the scheme does not grade it."""
        return next((scale for scale in self.scales if subtype in scale.types), None)
