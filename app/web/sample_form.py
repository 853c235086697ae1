"""The form that registers a sample: what was typed, what is wrong with it, and the page that shows both."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from app.errors import AccessionNumberTaken, BloodcountError, InvalidInput
from app.schemas.samples import NewSample
from app.settings import Settings

ACCEPTED_TYPES = "image/jpeg,image/png,image/tiff,image/webp,image/bmp,.jpg,.jpeg,.png,.tif,.tiff,.webp,.bmp"


@dataclass(frozen=True, slots=True)
class SampleForm:
    """What a person typed, exactly, so that nothing has to be typed again."""

    accession_number: str = ""
    note: str = ""

    def new_sample(self) -> NewSample:
        """The sample to register.

        Raises:
            InvalidInput: A field cannot be used; it names the field and says why.
        """
        try:
            return NewSample(accession_number=self.accession_number, note=self.note)
        except ValidationError as error:
            first = error.errors()[0]
            message = str(first["msg"]).removeprefix("Value error, ")
            raise InvalidInput(str(first["loc"][0]), message) from error


def file_field_values(settings: Settings) -> dict[str, Any]:
    """What the field for images needs to know, wherever it stands."""
    return {
        "max_file_bytes": settings.max_file_bytes,
        "max_files": settings.max_files_per_upload,
        "accepted_types": ACCEPTED_TYPES,
        "errors": {},
        "form_error": None,
    }


def upload_page_values(settings: Settings, form: SampleForm, error: BloodcountError | None = None) -> dict[str, Any]:
    """What the first page shows: the form as it was typed, and an error beside the field it belongs to."""
    values = file_field_values(settings) | {"form": form}
    if isinstance(error, InvalidInput):
        values["errors"] = {error.field: error.message}
    elif isinstance(error, AccessionNumberTaken):
        values["errors"] = {"accession_number": "This number is taken."}
        values["form_error"] = {
            "title": "This sample exists already",
            "message": f"{error.message} The images were not uploaded.",
            "link_url": f"/samples/{error.sample_id}#add-title",
            "link_text": "Open the sample and add the images there",
        }
    return values
