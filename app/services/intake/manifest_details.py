"""What a manifest tells of its samples besides their numbers: patient code, sex, age, stain and acquisition profile.

A sample's data belong to its accession number: rows of one sample may repeat them or leave them out, never contradict
each other. They are given to samples that the batch registers; a sample that exists keeps its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.db.repositories.acquisition_profiles import name_key
from app.db.repositories.samples import accession_key
from app.errors import InvalidInput
from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.batches import ManifestRow, ManifestSample
from app.schemas.patients import OLDEST_YEARS, AgeUnit, Sex
from app.schemas.sample_details import SampleDetails

_COLUMNS = {
    "patient_code": frozenset({"patientcode", "patient"}),
    "sex": frozenset({"sex"}),
    "age_value": frozenset({"age"}),
    "age_unit": frozenset({"ageunit"}),
    "stain": frozenset({"stain"}),
    "profile": frozenset({"profile", "acquisitionprofile"}),
}
_REFUSED = frozenset({"birthyear", "yearofbirth", "birthdate", "dateofbirth", "birthday", "dob"})
_SEXES = {"f": Sex.FEMALE, "m": Sex.MALE} | {sex.value: sex for sex in Sex}
_UNITS = {unit.value: unit for unit in AgeUnit} | {unit.value.removesuffix("s"): unit for unit in AgeUnit}
_NO_DETAILS = SampleDetails()
_MOST_DIGITS = 6

Profiles = Mapping[str, AcquisitionProfile]
"""The acquisition profiles that a sample may get, by the key of their name."""


def detail_columns(header: Sequence[str]) -> dict[str, int]:
    """Where the header has a column for what is known of a sample; names in any case, with or without spaces.

    Raises:
        InvalidInput: A date of birth has a column: only the age at sampling is kept. Or two columns mean the same.
    """
    found: dict[str, int] = {}
    for at, name in enumerate("".join(filter(str.isalnum, cell.lower())) for cell in header):
        if name in _REFUSED:
            raise _unusable(
                f"The manifest has a column {header[at].strip()!r}. Dates and years of birth are not kept; give the "
                "age at sampling in a column 'age', with 'age unit' where it is not in years."
            )
        field = next((field for field, names in _COLUMNS.items() if name in names), None)
        if field in found:
            first = header[found[field]].strip()
            raise _unusable(f"The manifest's columns {first!r} and {header[at].strip()!r} mean the same; keep one.")
        if field is not None:
            found[field] = at
    return found


@dataclass(frozen=True, slots=True)
class DetailReader:
    """Reads what rows tell of samples: ``columns`` are their places in ``header``, by field."""

    header: Sequence[str]
    columns: Mapping[str, int]
    profiles: Profiles

    def read(self, line: int, cells: Sequence[str]) -> SampleDetails | None:
        """What one row tells of its sample; None where it tells nothing.

        Raises:
            InvalidInput: A value cannot be used; the message names line, column and value, and what is possible.
        """
        found = ((field, cells[at].strip()) for field, at in self.columns.items() if at < len(cells))
        given = {field: text for field, text in found if text}
        values: dict[str, Any] = {field: given[field] for field in ("patient_code", "stain") if field in given}
        try:
            values |= _sex(given) | _age(given) | _profile(given, self.profiles)
            details = SampleDetails(**values)
        except _CellRefused as refusal:
            raise self._unusable(line, given, refusal.field, refusal.why) from refusal
        except ValidationError as error:
            first = error.errors()[0]
            why = f"cannot be used. {str(first['msg']).removeprefix('Value error, ')}"
            raise self._unusable(line, given, str(first["loc"][0]) if first["loc"] else "age_value", why) from error
        return None if details == _NO_DETAILS else details

    def _unusable(self, line: int, given: Mapping[str, str], field: str, why: str) -> InvalidInput:
        column = self.header[self.columns[field]].strip()
        return _unusable(f"Line {line} of the manifest, column {column!r}: {given[field][:80]!r} {why}")


class _CellRefused(Exception):
    """Why the cell of a field cannot be used."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field, self.why = field, why


def _sex(given: Mapping[str, str]) -> dict[str, Any]:
    if "sex" not in given:
        return {}
    sex = _SEXES.get(given["sex"].lower())
    if sex is None:
        raise _CellRefused("sex", "cannot be used. Write female or male, or leave it empty.")
    return {"sex": sex}


def _age(given: Mapping[str, str]) -> dict[str, Any]:
    """The age with its unit; a unit alone tells nothing, as in a column that was filled down."""
    if "age_value" not in given:
        return {}
    number = given["age_value"]
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS):
        raise _CellRefused(
            "age_value", f"is no whole number of at most {OLDEST_YEARS} years. Leave it empty where it is not known."
        )
    unit = _UNITS.get(given.get("age_unit", AgeUnit.YEARS.value).lower())
    if unit is None:
        raise _CellRefused("age_unit", "cannot be used. Write days, months or years; empty means years.")
    return {"age_value": int(number), "age_unit": unit}


def _profile(given: Mapping[str, str], profiles: Profiles) -> dict[str, Any]:
    if "profile" not in given:
        return {}
    profile = profiles.get(name_key(given["profile"]))
    if profile is None:
        names = ", ".join(one.name for one in profiles.values())[:300] or "none"
        raise _CellRefused("profile", f"is no acquisition profile in use. In use: {names}.")
    return {"acquisition_profile_id": profile.id}


def require_agreement(rows: Iterable[ManifestRow], profiles: Profiles) -> None:
    """Pass rows that do not contradict each other about a sample.

    Raises:
        InvalidInput: Two rows of one sample do; the message names both lines and both values.
    """
    names = _names(profiles)
    told: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:
        for name, value in _facts(row.details, names).items():
            line, first = told.setdefault((accession_key(row.accession_number), name), (row.line, value))
            if first != value:
                raise _unusable(
                    f"Line {row.line} of the manifest gives {value!r} as {name} of sample {row.accession_number!r}, "
                    f"line {line} gives {first!r}. Make them agree, or leave one empty."
                )


def sample_details(rows: Iterable[Mapping[str, Any]], accession_number: str) -> SampleDetails | None:
    """What the stored rows of a manifest tell of a sample; None where they tell nothing.

    Rows are read as they are stored: a manifest may have thousands, of which a sample has a few.
    """
    key = accession_key(accession_number)
    own = [row["details"] for row in rows if row.get("details") and accession_key(row["accession_number"]) == key]
    return _merged(SampleDetails.model_validate(details) for details in own) if own else None


def described_samples(rows: Iterable[ManifestRow], profiles: Profiles) -> tuple[ManifestSample, ...]:
    """The samples of which a manifest tells more than their number, in its order."""
    names = _names(profiles)
    own: dict[str, list[ManifestRow]] = {}
    for row in rows:
        if row.details is not None:
            own.setdefault(accession_key(row.accession_number), []).append(row)
    return tuple(
        ManifestSample(
            accession_number=of_sample[0].accession_number,
            details=(details := _merged(row.details for row in of_sample if row.details)),
            acquisition_profile=names.get(details.acquisition_profile_id or 0),
        )
        for of_sample in own.values()
    )


def _merged(found: Iterable[SampleDetails]) -> SampleDetails:
    """What several rows tell together; they agree."""
    values: dict[str, Any] = {}
    for details in found:
        values |= details.model_dump(exclude_none=True)
    return SampleDetails(**values)


def _names(profiles: Profiles) -> dict[int, str]:
    return {profile.id: profile.name for profile in profiles.values()}


def _facts(details: SampleDetails | None, profile_names: Mapping[int, str]) -> dict[str, str]:
    if details is None:
        return {}
    age = details.age
    facts = {
        "patient code": details.patient_code,
        "sex": details.sex,
        "age": f"{age.value} {age.unit}" if age else None,
        "stain": details.stain,
        "acquisition profile": profile_names.get(details.acquisition_profile_id or 0),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _unusable(message: str) -> InvalidInput:
    return InvalidInput("manifest", message)
