"""Which reference range is for a person, and where a concentration or a percentage lies in it.

A range is taken only where sex and age leave no doubt which one it is: the wrong range is worse than none.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from app.schemas.analytes import ANALYTE_WORDS, Analyte
from app.schemas.findings import Interval
from app.schemas.patients import Age, Sex
from app.schemas.reference_ranges import RangeComparison, RangeSet, ReferenceRange
from app.services.samples.patient_ages import age_span_days, birthday_days
from model.types import Notice

_NO_RANGE = Notice("no_range", "The reference ranges have none for this sex and age.")
_NO_AGE = Notice("age_not_given", "Ranges depend on the age; enter it in the sample's data.")
_NO_SEX = Notice("sex_not_given", "The range depends on the sex; enter it in the sample's data.")
_COARSE = Notice("age_too_coarse", "Several ranges are possible at this age; enter it in months or days.")


def compare(
    ranges: RangeSet, analyte: Analyte, value: float, interval: Interval | None, *, sex: Sex | None, age: Age | None
) -> RangeComparison:
    """A quantity, in its analyte's unit, against the range that is for this sex and age."""
    found = find_range(ranges.ranges, analyte, sex=sex, age=age)
    if isinstance(found, Notice):
        return RangeComparison(version=ranges.version, range=None, position=None, is_beyond_chance=None, reason=found)
    is_below = found.low is not None and value < found.low
    is_above = found.high is not None and value > found.high
    beyond = None
    if interval is not None:
        beyond = (found.low is not None and interval.high < found.low) or (
            found.high is not None and interval.low > found.high
        )
    return RangeComparison(
        version=ranges.version,
        range=found,
        position="below" if is_below else "above" if is_above else "within",
        is_beyond_chance=beyond,
        reason=None,
    )


def find_range(
    ranges: Iterable[ReferenceRange], analyte: Analyte, *, sex: Sex | None, age: Age | None
) -> ReferenceRange | Notice:
    """The one range that is for this sex and age, or why there is none."""
    of_analyte = [one for one in ranges if one.analyte is analyte]
    if not of_analyte:
        return _NO_RANGE
    if age is None:
        return _NO_AGE
    first, last = age_span_days(age)
    possible = [one for one in of_analyte if _starts(one) <= last and first < _ends(one)]
    of_sex = [one for one in possible if one.sex is None or one.sex is sex]
    if sex is None and len(of_sex) < len(possible):
        return _NO_SEX
    certain = [one for one in of_sex if _starts(one) <= first and last < _ends(one)]
    if certain:
        return certain[0]
    return _COARSE if of_sex else _NO_RANGE


def overlapping(ranges: Sequence[ReferenceRange]) -> str | None:
    """Which two ranges are both for some person, in words; None where there are no such two."""
    for one, other in combinations(ranges, 2):
        is_same_sex = one.sex is None or other.sex is None or one.sex is other.sex
        if one.analyte is other.analyte and is_same_sex and _starts(one) < _ends(other) and _starts(other) < _ends(one):
            return f"{_words(one)} and {_words(other)}"
    return None


def _words(one: ReferenceRange) -> str:
    analyte = ANALYTE_WORDS[one.analyte]
    ends = f"from {one.age_from.value} {one.age_from.unit.value}"
    if one.age_to is not None:
        ends += f" to below {one.age_to.value} {one.age_to.unit.value}"
    return f"{analyte.name} in {analyte.unit}, {one.sex.value if one.sex else 'both sexes'}, {ends}"


def _starts(one: ReferenceRange) -> float:
    return birthday_days(one.age_from)


def _ends(one: ReferenceRange) -> float:
    return float("inf") if one.age_to is None else birthday_days(one.age_to)
