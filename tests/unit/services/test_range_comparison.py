"""A range is taken only where sex and age leave no doubt, and compared with the quantity and its interval."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.schemas.analytes import Analyte
from app.schemas.findings import Interval
from app.schemas.patients import Age, AgeUnit, Sex
from app.schemas.reference_ranges import RangeSet, ReferenceRange
from app.services.figures.range_comparison import compare, find_range, overlapping
from app.services.samples.patient_ages import age_span_days, birthday_days
from model.types import Notice

AGES = st.one_of(
    st.builds(Age, value=st.integers(0, 40_000), unit=st.just(AgeUnit.DAYS)),
    st.builds(Age, value=st.integers(0, 1500), unit=st.just(AgeUnit.MONTHS)),
    st.builds(Age, value=st.integers(0, 130), unit=st.just(AgeUnit.YEARS)),
)


def years(value: int) -> Age:
    return Age(value=value, unit=AgeUnit.YEARS)


def months(value: int) -> Age:
    return Age(value=value, unit=AgeUnit.MONTHS)


def rbc(low: float, high: float, *, sex: Sex | None = None, start: Age, end: Age | None = None) -> ReferenceRange:
    return ReferenceRange(analyte=Analyte.RBC, sex=sex, age_from=start, age_to=end, low=low, high=high, source="test")


CHILD = rbc(3.7, 5.3, start=months(7), end=years(3))
BOY = rbc(3.9, 5.3, start=years(3), end=years(18))
MAN = rbc(4.0, 5.9, sex=Sex.MALE, start=years(18))
WOMAN = rbc(3.8, 5.2, sex=Sex.FEMALE, start=years(18))
ALL = (CHILD, BOY, MAN, WOMAN)
SET = RangeSet(version=3, ranges=ALL, reason="test", created_at=datetime(2026, 11, 27, tzinfo=UTC), created_by="test")


@pytest.mark.parametrize(
    ("sex", "age", "expected"),
    [
        (Sex.MALE, years(18), MAN),
        (Sex.FEMALE, years(80), WOMAN),
        (None, years(17), BOY),
        (Sex.MALE, months(35), CHILD),
        (Sex.MALE, years(2), CHILD),
        (None, Age(value=400, unit=AgeUnit.DAYS), CHILD),
        (None, years(40), "sex_not_given"),
        (Sex.MALE, None, "age_not_given"),
        (Sex.MALE, years(0), "age_too_coarse"),
        (Sex.MALE, months(6), "no_range"),
    ],
)
def test_the_range_is_that_of_the_sex_and_the_age(
    sex: Sex | None, age: Age | None, expected: ReferenceRange | str
) -> None:
    found = find_range(ALL, Analyte.RBC, sex=sex, age=age)

    assert (found.code if isinstance(found, Notice) else found) == expected


@given(sex=st.sampled_from([*Sex, None]), age=AGES)
def test_a_range_that_is_taken_holds_for_every_day_that_the_age_may_mean(sex: Sex | None, age: Age) -> None:
    found = find_range(ALL, Analyte.RBC, sex=sex, age=age)

    if isinstance(found, ReferenceRange):
        first, last = age_span_days(age)
        assert birthday_days(found.age_from) <= first
        assert found.age_to is None or last < birthday_days(found.age_to)
        assert found.sex in (None, sex)


def test_no_range_is_found_for_another_quantity() -> None:
    found = find_range(ALL, Analyte.WBC, sex=Sex.MALE, age=years(30))

    assert isinstance(found, Notice)
    assert found.code == "no_range"


@pytest.mark.parametrize(
    ("value", "interval", "position", "is_beyond_chance"),
    [
        (4.0, (3.8, 4.2), "within", False),
        (5.9, (5.7, 6.1), "within", False),
        (6.1, (5.8, 6.4), "above", False),
        (6.6, (6.2, 7.0), "above", True),
        (3.5, (3.2, 3.8), "below", True),
        (3.9, None, "below", None),
    ],
)
def test_a_value_is_below_within_or_above_and_its_interval_tells_how_sure_that_is(
    value: float, interval: tuple[float, float] | None, position: str, is_beyond_chance: bool | None
) -> None:
    ends = Interval(low=interval[0], high=interval[1]) if interval else None
    found = compare(SET, Analyte.RBC, value, ends, sex=Sex.MALE, age=years(30))

    assert (found.version, found.position, found.is_beyond_chance) == (3, position, is_beyond_chance)
    assert found.range == MAN


def test_two_ranges_for_one_person_are_noticed() -> None:
    assert overlapping(ALL) is None
    assert overlapping((*ALL, rbc(1, 2, start=years(17), end=years(19)))) is not None
    assert overlapping((MAN, rbc(1, 2, sex=Sex.MALE, start=years(60)))) is not None


@pytest.mark.parametrize(("low", "high"), [(None, None), (5.0, 5.0), (6.0, 5.0), (-1.0, 5.0), (1.0, float("nan"))])
def test_a_range_that_makes_no_sense_is_refused(low: float | None, high: float | None) -> None:
    with pytest.raises(ValueError, match=r"end|greater|finite"):
        ReferenceRange(analyte=Analyte.RBC, age_from=years(18), low=low, high=high, source="test")
