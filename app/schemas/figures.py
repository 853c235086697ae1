"""What a sample's counts are turned into: ratios, concentrations where they can exist, and how even its fields are."""

from enum import StrEnum

from app.schemas.analytes import Analyte
from app.schemas.base import Schema
from app.schemas.findings import Interval
from app.schemas.reference_ranges import RangeComparison
from model.types import Notice


class ConcentrationMethod(StrEnum):
    """How a concentration was come by; nothing else gives one."""

    CHAMBER = "counting_chamber"
    RATIO = "ratio_to_analyser_rbc"
    FACTOR = "laboratory_factor"
    SHARE = "share_of_white_cells"


class Estimate(Schema):
    """A quantity with its exact 95 % interval for the chance of counting, None where it has none."""

    value: float
    interval: Interval | None


class Ratio(Schema):
    """A ratio of two counts: either a value with its interval, or the reason why there is none."""

    value: float | None
    interval: Interval | None
    reason: Notice | None


class Evenness(Schema):
    """How evenly cells of one class lie on the fields: the index of dispersion and its test.

    ``dispersion`` is about 1 where chance alone spreads the cells; ``p_value`` is the chance of one as large or
    larger. Both are None with a ``reason``.
    """

    fields: int
    mean: float | None
    dispersion: float | None
    p_value: float | None
    is_uneven: bool
    reason: Notice | None


class Concentration(Schema):
    """The concentration of one analyte by one method, in ``unit``; or, without a value, why there is none.

    ``basis`` says in words what it was worked out from.
    """

    analyte: Analyte
    unit: str
    method: ConcentrationMethod | None
    value: float | None
    interval: Interval | None
    basis: str
    reason: Notice | None
    comparison: RangeComparison | None = None


class ComparedShare(Schema):
    """The percentage of one type of white cell, of ``n`` identified ones, against its reference range."""

    analyte: Analyte
    n: int
    percent: float
    interval: Interval
    comparison: RangeComparison


class SampleFigures(Schema):
    """Everything that is worked out from a sample's pooled counts besides differential and morphology.

    ``ranges_version`` is the version of the reference ranges that all comparisons are made with.
    """

    evenness: dict[str, Evenness]
    platelets_per_1000_rbc: Ratio
    concentrations: tuple[Concentration, ...]
    shares: tuple[ComparedShare, ...]
    ranges_version: int
