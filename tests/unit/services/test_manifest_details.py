from datetime import UTC, datetime

import pytest

from app.errors import InvalidInput
from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.patients import AgeUnit, Sex
from app.services.intake.manifest_details import described_samples, sample_details
from app.services.intake.manifests import read_manifest

HEADER = "file,accession,Patient code,Sex,Age,Age unit,Stain,Profile\n"
PROFILE = AcquisitionProfile.model_construct(id=7, name="100x oil", archived_at=None, created_at=datetime.now(UTC))
PROFILES = {"100x oil": PROFILE}


def test_what_is_known_of_a_sample_is_read_from_its_row() -> None:
    (row,) = read_manifest(HEADER + "a.jpg,26-1, P-1 ,F,3,Month,Giemsa,100X Oil\n", PROFILES)

    assert row.details is not None
    assert (row.details.patient_code, row.details.sex, row.details.stain) == ("P-1", Sex.FEMALE, "Giemsa")
    assert (row.details.age_value, row.details.age_unit) == (3, AgeUnit.MONTHS)
    assert row.details.acquisition_profile_id == 7


def test_empty_cells_tell_nothing_and_an_age_without_a_unit_is_in_years() -> None:
    nothing, unit_alone, years = read_manifest(
        HEADER + "a.jpg,26-1,,,,,,\nb.jpg,26-2,,,,days,,\nc.jpg,26-3,,,34\n", PROFILES
    )

    assert (nothing.details, unit_alone.details) == (None, None)
    assert years.details is not None
    assert (years.details.age_value, years.details.age_unit) == (34, AgeUnit.YEARS)


def test_rows_of_one_sample_are_put_together_in_whatever_case() -> None:
    rows = read_manifest(HEADER + "a.jpg,ab-1,P-1,,,,,\nb.jpg,AB-1,P-1,male,,,,100x oil\nc.jpg,ab-2,,,,,,\n", PROFILES)

    (found,) = described_samples(rows, PROFILES)
    kept = sample_details([row.model_dump(mode="json", exclude_none=True) for row in rows], "Ab-1")

    assert (found.accession_number, found.acquisition_profile) == ("ab-1", "100x oil")
    assert kept == found.details
    assert (found.details.patient_code, found.details.sex) == ("P-1", Sex.MALE)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("P-1,x,,,,", ("Line 2", "'Sex'", "'x'", "female or male")),
        (",,old,,,", ("Line 2", "'Age'", "'old'", "130 years")),
        (",,-3,,,", ("'Age'", "'-3'", "130 years")),
        (",,131,,,", ("'Age'", "'131'", "130 years")),
        (",,3,weeks,,", ("'Age unit'", "'weeks'", "days, months or years")),
        (f"{65 * 'P'},,,,,", ("'Patient code'", "65 characters", "at most 64")),
        (f",,,,{65 * 'g'},", ("'Stain'", "65 characters", "at most 64")),
        (",,,,,40x", ("'Profile'", "'40x'", "100x oil")),
        ("P-1,,,,,\nb.jpg,26-1,P-2,,,,,", ("Line 3", "'P-2'", "patient code", "'26-1'", "line 2", "'P-1'")),
        (",,1,,,\nb.jpg,26-1,,,1,days,,", ("Line 3", "'1 days'", "age", "'1 years'")),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_line_and_column(cells: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_manifest(f"{HEADER}a.jpg,26-1,{cells}\n", PROFILES)

    assert caught.value.field == "manifest"
    assert [word for word in words if word not in caught.value.message] == []


@pytest.mark.parametrize(("columns", "words"), [("Birth year", "'Birth year'"), ("sex,Sex", "'sex' and 'Sex'")])
def test_a_birth_date_and_a_column_given_twice_are_refused(columns: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_manifest(f"file,accession,{columns}\na.jpg,26-1,1990,f\n", PROFILES)

    assert words in caught.value.message
