"""The form that changes what was given of a sample."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import AccessionNumberTaken, InvalidInput
from app.laboratory_errors import SampleChangedMeanwhile
from app.services.samples.acquisition_profiles import list_profiles
from app.services.samples.sample_editing import change_sample, given_data
from app.web.dependencies import SessionDep
from app.web.sample_form import SampleForm, form_problems, sample_fields_values, typed_sample
from app.web.templating import render_page

router = APIRouter(prefix="/samples/{sample_id}/edit")


@router.get("")
def show_sample_form(session: SessionDep, sample_id: int) -> HTMLResponse:
    """The form, filled with what is there."""
    given, mark = given_data(session, sample_id=sample_id)
    values = sample_fields_values(SampleForm.of(given), list_profiles(session)) | form_problems(None)
    ids = {"sample_id": sample_id, "accession_number": given.accession_number, "mark": mark, "form_error": None}
    return render_page("sample_edit.html", values | ids)


@router.post("")
def submit_sample_form(
    session: SessionDep,
    sample_id: int,
    form: Annotated[SampleForm, Depends(typed_sample)],
    mark: Annotated[str, Form()] = "",
) -> Response:
    """Save what was changed, or show the form again with what is wrong."""
    try:
        change_sample(session, sample_id=sample_id, new=form.new_sample(), mark=mark)
    except (InvalidInput, AccessionNumberTaken, SampleChangedMeanwhile) as error:
        given, _ = given_data(session, sample_id=sample_id)
        values = sample_fields_values(form, list_profiles(session)) | form_problems(error)
        values |= {"sample_id": sample_id, "accession_number": given.accession_number, "mark": mark}
        values["form_error"] = None
        if not values["errors"]:
            values["form_error"] = {
                "title": "Changed in the meantime",
                "message": error.message,
                "link_url": f"/samples/{sample_id}/edit",
                "link_text": "Open the form again",
            }
        return render_page("sample_edit.html", values, status_code=error.http_status)
    return RedirectResponse(f"/samples/{sample_id}", status_code=303)
