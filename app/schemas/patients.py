"""What is known of the person a sample is from: never a name, only what reference ranges depend on."""

from enum import StrEnum

from pydantic import Field, model_validator

from app.schemas.base import Schema

OLDEST_YEARS = 130


class Sex(StrEnum):
    """Sex as reference ranges tell it; what is neither given nor known is None."""

    FEMALE = "female"
    MALE = "male"


class AgeUnit(StrEnum):
    """What an age is counted in: days and months for children, whose ranges change fast, else years."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


_LARGEST = {AgeUnit.DAYS: OLDEST_YEARS * 366, AgeUnit.MONTHS: OLDEST_YEARS * 12, AgeUnit.YEARS: OLDEST_YEARS}


class Age(Schema):
    """An age, in whole units that have passed: 0 years until the first birthday."""

    value: int = Field(ge=0)
    unit: AgeUnit

    @model_validator(mode="after")
    def _is_possible(self) -> "Age":
        """Refuse an age that nobody reaches.

        Raises:
            ValueError: It is beyond 130 years.
        """
        if self.value > _LARGEST[self.unit]:
            raise ValueError(
                f"An age of {self.value} {self.unit.value} is more than {OLDEST_YEARS} years; check number and unit."
            )
        return self
