"""What a laboratory knows of a sample besides its images: code, sex, age, stain, and how it was photographed."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from app.schemas.base import Schema
from app.schemas.patients import Age, AgeUnit, Sex

MAX_CODE_CHARACTERS = 64
MAX_STAIN_CHARACTERS = 64

USUAL_STAINS = ("May-Grünwald-Giemsa", "Wright", "Wright-Giemsa", "Giemsa", "Leishman")
"""Offered, not demanded: a laboratory writes what it uses."""


def clean_line(value: str | None, name: str, most: int) -> str | None:
    """One line of text in one Unicode form and without surrounding spaces; None where nothing is left.

    Raises:
        ValueError: It is too long, or holds characters that cannot be seen.
    """
    cleaned = unicodedata.normalize("NFC", value or "").strip()
    if len(cleaned) > most:
        raise ValueError(f"The {name} has {len(cleaned)} characters; at most {most} are allowed.")
    if not cleaned.isprintable():
        raise ValueError(f"The {name} holds characters that cannot be seen. Type it again by hand.")
    return cleaned or None


def _clean_code(value: str | None) -> str | None:
    return clean_line(value, "patient code", MAX_CODE_CHARACTERS)


def _clean_stain(value: str | None) -> str | None:
    return clean_line(value, "stain", MAX_STAIN_CHARACTERS)


class SampleDetails(Schema):
    """Everything optional: what is not known is None.

    ``patient_code`` is a pseudonym that the laboratory gives. The age at sampling is ``age_value`` in ``age_unit``.
    """

    patient_code: Annotated[str | None, AfterValidator(_clean_code)] = None
    sex: Sex | None = None
    age_value: Annotated[int | None, Field(ge=0)] = None
    age_unit: AgeUnit | None = None
    stain: Annotated[str | None, AfterValidator(_clean_stain)] = None
    acquisition_profile_id: int | None = None

    @model_validator(mode="after")
    def _age_is_whole(self) -> "SampleDetails":
        """Refuse half an age, and one that nobody reaches.

        Raises:
            ValueError: The number or its unit is missing, or the age is beyond 130 years.
        """
        if (self.age_value is None) != (self.age_unit is None):
            raise ValueError("An age needs both its number and its unit: days, months or years.")
        if self.age_value is not None and self.age_unit is not None:
            Age(value=self.age_value, unit=self.age_unit)
        return self

    @property
    def age(self) -> Age | None:
        """The age at sampling; None where it is not known."""
        if self.age_value is None or self.age_unit is None:
            return None
        return Age(value=self.age_value, unit=self.age_unit)
