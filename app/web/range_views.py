"""What the pages of reference ranges show, and what is typed into the form of a new version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.errors import BloodcountError, InvalidInput
from app.schemas.analytes import ANALYTE_WORDS, Analyte
from app.schemas.patients import Age, AgeUnit, Sex
from app.schemas.reference_ranges import RangeSet, ReferenceRange
from app.services.figures.reference_ranges import MOST_RANGES
from app.web.figures_view import UNIT_WORDS, range_words
from app.web.form_values import decimal_number, first_error, whole_number

_BLANK_ROWS = 3
_FIELDS = ("analyte", "sex", "from", "from-unit", "to", "to-unit", "low", "high", "source")
_FILLED_BY_A_PERSON = ("from", "to", "low", "high", "source")


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One range in a list."""

    analyte: str
    unit: str
    sex: str
    ages: str
    range: str
    source: str


def range_rows(ranges: RangeSet) -> list[RangeRow]:
    """The ranges of a version as people read them."""
    return [
        RangeRow(
            analyte=ANALYTE_WORDS[one.analyte].name,
            unit=UNIT_WORDS[ANALYTE_WORDS[one.analyte].unit],
            sex=one.sex.value if one.sex else "both",
            ages=_ages(one),
            range=range_words(one),
            source=one.source,
        )
        for one in ranges.ranges
    ]


def ranges_as_typed(typed: Mapping[str, str]) -> tuple[ReferenceRange, ...]:
    """The ranges that were typed, in the form's order; rows that are empty or ticked to be removed are left out.

    Raises:
        InvalidInput: A field cannot be used; it names the row's field and says why.
    """
    rows = min(whole_number("ranges", "number of rows", typed.get("rows", "")) or 0, MOST_RANGES + _BLANK_ROWS)
    found = (_range(f"r{index}", typed) for index in range(rows))
    return tuple(one for one in found if one is not None)


def ranges_form_values(base: int, typed: Mapping[str, str], error: BloodcountError | None = None) -> dict[str, Any]:
    """What the form shows."""
    rows = min(int(typed["rows"]) if typed.get("rows", "").isdecimal() else 0, MOST_RANGES + _BLANK_ROWS)
    field = error.field if isinstance(error, InvalidInput) else "ranges"
    return {
        "base": base,
        "typed": typed,
        "rows": range(rows),
        "analytes": [
            (analyte.value, f"{words.name}, {UNIT_WORDS[words.unit]}") for analyte, words in ANALYTE_WORDS.items()
        ],
        "sexes": [sex.value for sex in Sex],
        "units": [unit.value for unit in AgeUnit],
        "errors": {field: error.message} if error else {},
    }


def typed_ranges(ranges: RangeSet) -> dict[str, str]:
    """The fields of the form, filled with a version's ranges, and some empty rows for new ones."""
    typed = {"rows": str(len(ranges.ranges) + _BLANK_ROWS), "reason": ""}
    for index, one in enumerate(ranges.ranges):
        values = {
            "analyte": one.analyte.value,
            "sex": one.sex.value if one.sex else "",
            "from": str(one.age_from.value),
            "from-unit": one.age_from.unit.value,
            "to": str(one.age_to.value) if one.age_to else "",
            "to-unit": one.age_to.unit.value if one.age_to else AgeUnit.YEARS.value,
            "low": "" if one.low is None else f"{one.low:g}",
            "high": "" if one.high is None else f"{one.high:g}",
            "source": one.source,
        }
        typed |= {f"r{index}-{name}": value for name, value in values.items()}
    return typed


def _range(row: str, typed: Mapping[str, str]) -> ReferenceRange | None:
    text = {name: typed.get(f"{row}-{name}", "").strip() for name in _FIELDS}
    is_empty = not any(text[name] for name in _FILLED_BY_A_PERSON)
    if is_empty or typed.get(f"{row}-remove"):
        return None
    number = int(row[1:]) + 1
    age_to = _age(row, "to", number, text)
    try:
        return ReferenceRange(
            analyte=Analyte(text["analyte"]),
            sex=Sex(text["sex"]) if text["sex"] else None,
            age_from=_age(row, "from", number, text) or Age(value=0, unit=AgeUnit.DAYS),
            age_to=age_to,
            low=decimal_number(f"{row}-low", f"lower end of row {number}", text["low"]),
            high=decimal_number(f"{row}-high", f"upper end of row {number}", text["high"]),
            source=text["source"],
        )
    except ValidationError as error:
        refused = first_error(error, whole="low", prefix=f"{row}-")
        raise InvalidInput(refused.field, f"Row {number}: {refused.message}") from error
    except ValueError as error:
        raise InvalidInput(f"{row}-low", f"Row {number}: choose quantity and sex from the lists.") from error


def _age(row: str, end: str, number: int, text: Mapping[str, str]) -> Age | None:
    value = whole_number(f"{row}-{end}", f"age of row {number}", text[end])
    if value is None:
        return None
    try:
        return Age(value=value, unit=AgeUnit(text[f"{end}-unit"]))
    except ValidationError as error:
        raise InvalidInput(f"{row}-{end}", f"Row {number}: {first_error(error, whole=end).message}") from error


def _ages(one: ReferenceRange) -> str:
    begins = f"{one.age_from.value} {one.age_from.unit.value}"
    return f"from {begins}" if one.age_to is None else f"{begins} to below {one.age_to.value} {one.age_to.unit.value}"
