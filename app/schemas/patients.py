"""What is known of the person a sample is from: never a name, only what reference ranges depend on."""

from enum import StrEnum


class Sex(StrEnum):
    """Sex as reference ranges tell it; what is neither given nor known is None."""

    FEMALE = "female"
    MALE = "male"


class AgeUnit(StrEnum):
    """What an age is counted in: days and months for children, whose ranges change fast, else years."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
