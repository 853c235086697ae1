"""Ages as spans of days, so that those told in days, months and years can be set against each other."""

from app.schemas.patients import Age, AgeUnit

DAYS_PER_UNIT = {AgeUnit.DAYS: 1.0, AgeUnit.MONTHS: 365.25 / 12, AgeUnit.YEARS: 365.25}
"""Mean lengths in the Julian calendar; no range of ages depends on which year is a leap year."""


def birthday_days(age: Age) -> float:
    """Days of life on which an age is reached."""
    return age.value * DAYS_PER_UNIT[age.unit]


def age_span_days(age: Age) -> tuple[float, float]:
    """The days of life that an age may mean, first and last: "0 years" is any day before the first birthday."""
    first = birthday_days(age)
    if age.unit is AgeUnit.DAYS:
        return first, first
    return first, birthday_days(Age.model_construct(value=age.value + 1, unit=age.unit)) - 1.0
