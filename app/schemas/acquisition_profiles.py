"""Acquisition profiles: one objective with one camera, as a laboratory has calibrated it."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from app.schemas.base import Schema
from app.schemas.sample_details import clean_line

SMALLEST_UM_PER_PX, LARGEST_UM_PER_PX = 0.01, 0.6
"""Micrometres a pixel that a field can be counted at: red cells of 12 to 750 pixels (model.inference)."""

_LARGEST_AREA_MM2 = 10.0
_LARGEST_FACTOR = 1e8


def _clean_name(value: str) -> str:
    cleaned = clean_line(value, "name", 100)
    if cleaned is None:
        raise ValueError("The name is empty. Name the objective and the camera, such as 'x100 oil, camera A'.")
    return cleaned


def _clean_objective(value: str | None) -> str | None:
    return clean_line(value, "objective", 100)


def _clean_note(value: str | None) -> str | None:
    return clean_line(value, "note", 500)


_Factor = Annotated[float | None, Field(gt=0, le=_LARGEST_FACTOR, allow_inf_nan=False)]


class NewAcquisitionProfile(Schema):
    """What an admin gives of a profile; what was never measured is None.

    ``um_per_px`` is micrometres a pixel, ``field_area_mm2`` what one photograph shows, in mm2. The factors turn the
    mean number of cells a field into cells per microlitre; the laboratory found them against its analyser.
    """

    name: Annotated[str, AfterValidator(_clean_name)]
    objective: Annotated[str | None, AfterValidator(_clean_objective)] = None
    um_per_px: Annotated[float | None, Field(ge=SMALLEST_UM_PER_PX, le=LARGEST_UM_PER_PX, allow_inf_nan=False)] = None
    field_area_mm2: Annotated[float | None, Field(gt=0, le=_LARGEST_AREA_MM2, allow_inf_nan=False)] = None
    rbc_factor_per_ul: _Factor = None
    wbc_factor_per_ul: _Factor = None
    plt_factor_per_ul: _Factor = None
    calibration_note: Annotated[str | None, AfterValidator(_clean_note)] = None


class AcquisitionProfile(NewAcquisitionProfile):
    """A profile as it stands; an archived one is not offered for samples any more."""

    id: int
    created_at: datetime
    archived_at: datetime | None

    def factor_per_ul(self, code: str) -> float | None:
        """Cells per microlitre for each cell a field on average, of a class (RBC, WBC or PLT); None if never found."""
        factors = {"RBC": self.rbc_factor_per_ul, "WBC": self.wbc_factor_per_ul, "PLT": self.plt_factor_per_ul}
        return factors[code]
