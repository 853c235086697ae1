"""What a person measured beside the images: a counting chamber, and an analyser's red cells."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from app.schemas.base import Schema
from app.schemas.sample_details import clean_line

CHAMBER_CODES = ("RBC", "WBC", "PLT")
_LARGEST_COUNT = 1_000_000


def _clean_source(value: str | None) -> str | None:
    return clean_line(value, "analyser", 100)


class ChamberCount(Schema):
    """Cells of one class counted in the squares of a chamber, on each of its two sides, by a person.

    ``square_area_mm2`` is the area of one square in mm2, ``depth_mm`` the chamber's depth; blood was diluted
    ``dilution`` times. ``side_b`` is None until the second side is counted.
    """

    squares: int = Field(gt=0, le=1000)
    square_area_mm2: float = Field(gt=0, le=10, allow_inf_nan=False)
    depth_mm: float = Field(gt=0, le=1, allow_inf_nan=False)
    dilution: float = Field(ge=1, le=100_000, allow_inf_nan=False)
    side_a: int = Field(ge=0, le=_LARGEST_COUNT)
    side_b: Annotated[int | None, Field(ge=0, le=_LARGEST_COUNT)] = None


class Measurements(Schema):
    """All that was measured of a sample beside its images; by class what a chamber gave.

    ``analyser_rbc_10e12_per_l`` is an analyser's red cells of the same blood, in 10^12/L, with its name and day.
    """

    chamber: dict[str, ChamberCount] = Field(default_factory=dict)
    analyser_rbc_10e12_per_l: Annotated[float | None, Field(gt=0, le=15, allow_inf_nan=False)] = None
    analyser_name: Annotated[str | None, AfterValidator(_clean_source)] = None
    analyser_on: date | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> "Measurements":
        """Refuse a value of unknown origin, and a chamber count of unknown cells.

        Raises:
            ValueError: The analyser is not named, or a class is none that a chamber counts.
        """
        if self.analyser_rbc_10e12_per_l is not None and self.analyser_name is None:
            raise ValueError("An analyser's value needs its source: name the analyser, or who told it.")
        if unknown := set(self.chamber) - set(CHAMBER_CODES):
            raise ValueError(f"A chamber counts {', '.join(CHAMBER_CODES)}, not {', '.join(sorted(unknown))}.")
        return self
