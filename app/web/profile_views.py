"""What the pages of acquisition profiles show, and what is typed into them."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.errors import BloodcountError, InvalidInput
from app.laboratory_errors import ProfileChangedMeanwhile
from app.schemas.acquisition_profiles import AcquisitionProfile, NewAcquisitionProfile
from app.web.form_values import decimal_number, first_error

_TEXTS = ("name", "objective", "calibration_note")
_MEASURES = {
    "um_per_px": "width of a pixel",
    "field_area_mm2": "area of a field",
    "rbc_factor_per_ul": "factor of the red cells",
    "wbc_factor_per_ul": "factor of the white cells",
    "plt_factor_per_ul": "factor of the platelets",
}


def profile_as_typed(typed: Mapping[str, str]) -> NewAcquisitionProfile:
    """The profile that was typed.

    Raises:
        InvalidInput: A field cannot be used; it names the field and says why.
    """
    given: dict[str, Any] = {name: typed.get(name, "") for name in _TEXTS}
    given |= {name: decimal_number(name, words, typed.get(name, "")) for name, words in _MEASURES.items()}
    try:
        return NewAcquisitionProfile(**given)
    except ValidationError as error:
        raise first_error(error, whole="name") from error


def profile_form_values(
    typed: Mapping[str, str], profile: AcquisitionProfile | None, error: BloodcountError | None = None
) -> dict[str, Any]:
    """What the form shows; ``profile`` is None for a new one."""
    field = error.field if isinstance(error, InvalidInput) else "name"
    if isinstance(error, ProfileChangedMeanwhile):
        field = "mark"
    return {"typed": typed, "profile": profile, "errors": {field: error.message} if error else {}}


def typed_profile(profile: AcquisitionProfile) -> dict[str, str]:
    """The fields of the form, filled with what is there."""
    values = {name: getattr(profile, name) for name in (*_TEXTS, *_MEASURES)}
    return {
        name: "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
        for name, value in values.items()
    }
