"""How two weights counted the golden fields: what ``python -m model.evaluation.golden`` reports."""

from typing import Literal

from pydantic import Field

from app.schemas.base import Schema
from model.classes import CellClass
from model.types import BoxXyxy, WeightsIdentity

Group = Literal["drawn", "reviewed", "data set"]


class ClassFigures(Schema):
    """How one set of weights counted a class, in 0..1 where not in cells; None where undefined.

    ``count_error`` is the sum of the fields' absolute errors over the reference cells; ``refused`` are fields.
    """

    counted: int
    precision: float | None
    recall: float | None
    f1: float | None
    count_error: float | None
    refused: int


class ClassComparison(Schema):
    """A class in the fields of which every cell of it is known."""

    cell_class: CellClass = Field(alias="class")
    reference: int
    candidate: ClassFigures
    baseline: ClassFigures


class NameComparison(Schema):
    """How many of the cells whose sub-type is known were found and named rightly."""

    cell_class: CellClass = Field(alias="class")
    reference: int
    candidate: int
    baseline: int


class GroupComparison(Schema):
    """All fields of one origin."""

    group: Group
    fields: int
    classes: tuple[ClassComparison, ...]
    names: tuple[NameComparison, ...]


class FieldCount(Schema):
    """The cells of one class in one field; None where not every one is known, and of a refused field."""

    cell_class: CellClass = Field(alias="class")
    reference: int | None
    candidate: int | None
    baseline: int | None


class DrawnCell(Schema):
    """A counted cell; ``shared`` where the other weights count one like it in the same place."""

    cell_class: CellClass = Field(alias="class")
    subtype: str | None
    box: BoxXyxy
    shared: bool


class ChangedField(Schema):
    """A field in which counts or names differ. ``number``: a drawn one's place, a reviewed one's image, else None."""

    group: Group
    title: str
    number: int | None
    width: int | None
    height: int | None
    counts: tuple[FieldCount, ...]
    candidate_cells: tuple[DrawnCell, ...]
    baseline_cells: tuple[DrawnCell, ...]


class EvaluationReport(Schema):
    """Both weights, and everything in which they were compared."""

    candidate: WeightsIdentity
    baseline: WeightsIdentity
    groups: tuple[GroupComparison, ...]
    changed: tuple[ChangedField, ...]

    @property
    def fields(self) -> int:
        """How many golden fields there were."""
        return sum(group.fields for group in self.groups)
