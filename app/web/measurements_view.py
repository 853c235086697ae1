"""The form of what was measured beside the images: a counting chamber by class, and an analyser's red cells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from app.errors import BloodcountError, InvalidInput
from app.schemas.measurements import CHAMBER_CODES, ChamberCount, Measurements
from app.services.figures.chambers import NEUBAUER
from app.web.form_values import decimal_number, first_error, whole_number
from app.web.overlay import CLASS_NAMES

_COUNTS = {"squares": "number of squares", "side_a": "count of side A", "side_b": "count of side B"}
_MEASURES = {"square_area_mm2": "area of a square", "depth_mm": "depth", "dilution": "dilution"}
_ANALYSER = ("analyser_rbc_10e12_per_l", "analyser_name", "analyser_on")


def measured_as_typed(typed: Mapping[str, str]) -> Measurements:
    """What a person measured.

    Raises:
        InvalidInput: A field cannot be used; it names the field and says why.
    """
    chamber = {code: count for code in CHAMBER_CODES if (count := _chamber(code, typed)) is not None}
    rbc = decimal_number("analyser_rbc_10e12_per_l", "analyser's value", typed.get("analyser_rbc_10e12_per_l", ""))
    try:
        return Measurements(
            chamber=chamber,
            analyser_rbc_10e12_per_l=rbc,
            analyser_name=typed.get("analyser_name", "") if rbc is not None else None,
            analyser_on=_day(typed.get("analyser_on", "")) if rbc is not None else None,
        )
    except ValidationError as error:
        raise first_error(error, whole="analyser_name") from error


def _chamber(code: str, typed: Mapping[str, str]) -> ChamberCount | None:
    """The chamber count of one class; None where neither side is filled in."""
    text = {name: typed.get(f"{code}-{name}", "") for name in (*_COUNTS, *_MEASURES)}
    if not (text["side_a"].strip() or text["side_b"].strip()):
        return None
    numbers: dict[str, Any] = {
        name: whole_number(f"{code}-{name}", f"{code} {_COUNTS[name]}", text[name]) for name in _COUNTS
    }
    numbers |= {name: decimal_number(f"{code}-{name}", f"{code} {_MEASURES[name]}", text[name]) for name in _MEASURES}
    for name, value in numbers.items():
        if value is None and name != "side_b":
            raise InvalidInput(f"{code}-{name}", f"The {code} {(_COUNTS | _MEASURES)[name]} is missing; fill it in.")
    try:
        return ChamberCount(**numbers)
    except ValidationError as error:
        raise first_error(error, whole="side_a", prefix=f"{code}-") from error


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput("analyser_on", f"{text[:20]!r} is no day; write it as 2026-11-27.") from error


def typed_measurements(measured: Measurements) -> dict[str, str]:
    """The fields of the form, filled with what is there; where a class was not counted, with how it usually is."""
    typed = {}
    for code in CHAMBER_CODES:
        count = measured.chamber.get(code)
        usual = NEUBAUER[code]
        for name in (*_COUNTS, *_MEASURES):
            value = getattr(count, name) if count else getattr(usual, name, None)
            typed[f"{code}-{name}"] = "" if value is None else f"{value:.10g}"
    for name in _ANALYSER:
        value = getattr(measured, name)
        typed[name] = "" if value is None else str(value)
    return typed


def measurements_values(typed: Mapping[str, str], error: BloodcountError | None = None) -> dict[str, Any]:
    """What the form shows."""
    return {
        "typed": typed,
        "chambers": [(code, CLASS_NAMES[code], NEUBAUER[code].words) for code in CHAMBER_CODES],
        "errors": {error.field: error.message} if isinstance(error, InvalidInput) else {},
        "changed_meanwhile": error.message if error and not isinstance(error, InvalidInput) else None,
    }
