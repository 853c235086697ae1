"""The form of a sample's data: what was typed, what is wrong with it, and what the pages that show it need."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Form
from pydantic import ValidationError

from app.errors import AccessionNumberTaken, BloodcountError, InvalidInput
from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.patients import AgeUnit, Sex
from app.schemas.sample_details import USUAL_STAINS
from app.schemas.samples import NewSample
from app.settings import Settings
from app.web.form_values import first_error, whole_number

ACCEPTED_TYPES = "image/jpeg,image/png,image/tiff,image/webp,image/bmp,.jpg,.jpeg,.png,.tif,.tiff,.webp,.bmp"


@dataclass(frozen=True, slots=True)
class SampleForm:
    """What a person typed, exactly, so that nothing has to be typed again."""

    accession_number: str = ""
    note: str = ""
    patient_code: str = ""
    sex: str = ""
    age_value: str = ""
    age_unit: str = AgeUnit.YEARS.value
    stain: str = ""
    acquisition_profile_id: str = ""

    @classmethod
    def of(cls, given: NewSample) -> "SampleForm":
        """The form filled with what was given of a sample."""
        values = {name: value for name, value in given.model_dump(mode="json").items() if value is not None}
        return cls(**{name: str(value) for name, value in values.items()})

    @property
    def has_details(self) -> bool:
        """Whether something is filled in that is not asked for first."""
        empty = SampleForm(accession_number=self.accession_number, note=self.note, age_unit=self.age_unit)
        return self != empty

    def new_sample(self) -> NewSample:
        """The sample that was typed.

        Raises:
            InvalidInput: A field cannot be used; it names the field and says why.
        """
        typed = {name: text for name, text in asdict(self).items() if text.strip()}
        given: dict[str, Any] = {"accession_number": self.accession_number, "note": self.note} | typed
        given["age_value"] = whole_number("age_value", "age", self.age_value)
        if given["age_value"] is None:
            given.pop("age_unit", None)
        given["acquisition_profile_id"] = whole_number(
            "acquisition_profile_id", "number of the acquisition profile", self.acquisition_profile_id
        )
        try:
            return NewSample(**given)
        except ValidationError as error:
            raise first_error(error, whole="age_value") from error


def typed_sample(
    *,
    accession_number: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    patient_code: Annotated[str, Form()] = "",
    sex: Annotated[str, Form()] = "",
    age_value: Annotated[str, Form()] = "",
    age_unit: Annotated[str, Form()] = AgeUnit.YEARS.value,
    stain: Annotated[str, Form()] = "",
    acquisition_profile_id: Annotated[str, Form()] = "",
) -> SampleForm:
    """The form as it was sent."""
    typed = (patient_code, sex, age_value, age_unit, stain, acquisition_profile_id)
    return SampleForm(accession_number, note, *typed)


def file_field_values(settings: Settings) -> dict[str, Any]:
    """What the field for images needs to know, wherever it stands."""
    return {
        "max_file_bytes": settings.max_file_bytes,
        "max_files": settings.max_files_per_upload,
        "accepted_types": ACCEPTED_TYPES,
        "errors": {},
        "form_error": None,
    }


def sample_fields_values(form: SampleForm, profiles: tuple[AcquisitionProfile, ...]) -> dict[str, Any]:
    """What the fields of a sample's data show; an archived profile is offered only where the sample has it."""
    return {
        "form": form,
        "sexes": [sex.value for sex in Sex],
        "age_units": [unit.value for unit in AgeUnit],
        "stains": USUAL_STAINS,
        "profiles": [
            profile
            for profile in profiles
            if profile.archived_at is None or str(profile.id) == form.acquisition_profile_id
        ],
    }


def form_problems(error: BloodcountError | None) -> dict[str, Any]:
    """An error beside the field it belongs to."""
    if isinstance(error, InvalidInput):
        return {"errors": {error.field: error.message}}
    if isinstance(error, AccessionNumberTaken):
        return {"errors": {"accession_number": "This number is taken."}}
    return {"errors": {}}


def upload_page_values(
    settings: Settings,
    form: SampleForm,
    profiles: tuple[AcquisitionProfile, ...],
    error: BloodcountError | None = None,
) -> dict[str, Any]:
    """What the first page shows: the form as it was typed, and an error beside the field it belongs to."""
    values = file_field_values(settings) | sample_fields_values(form, profiles) | form_problems(error)
    if isinstance(error, AccessionNumberTaken):
        values["form_error"] = {
            "title": "This sample exists already",
            "message": f"{error.message} The images were not uploaded.",
            "link_url": f"/samples/{error.sample_id}#add-title",
            "link_text": "Open the sample and add the images there",
        }
    return values
