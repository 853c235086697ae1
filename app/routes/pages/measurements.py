"""The form of what was measured of a sample beside its images."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import InvalidInput
from app.laboratory_errors import SampleChangedMeanwhile
from app.services.figures.measurements import record_measurements, sample_measurements
from app.services.reviews.edit_marks import edit_mark
from app.services.samples.sample_editing import given_data
from app.web.dependencies import SessionDep
from app.web.form_values import TypedFieldsDep
from app.web.measurements_view import measured_as_typed, measurements_values, typed_measurements
from app.web.templating import render_page

router = APIRouter(prefix="/samples/{sample_id}/measurements")


@router.get("")
def show_measurements(session: SessionDep, sample_id: int) -> HTMLResponse:
    """The form, filled with what is there."""
    given, _ = given_data(session, sample_id=sample_id)
    measured = sample_measurements(session, sample_id=sample_id)
    typed = typed_measurements(measured) | {"mark": edit_mark(measured)}
    values = {"sample_id": sample_id, "accession_number": given.accession_number}
    return render_page("measurements.html", values | measurements_values(typed))


@router.post("")
def submit_measurements(session: SessionDep, sample_id: int, typed: TypedFieldsDep) -> Response:
    """Save what was measured, or show the form again with what is wrong."""
    given, _ = given_data(session, sample_id=sample_id)
    try:
        new = measured_as_typed(typed)
        record_measurements(session, sample_id=sample_id, new=new, mark=typed.get("mark", ""))
    except (InvalidInput, SampleChangedMeanwhile) as error:
        empty = typed_measurements(sample_measurements(session, sample_id=sample_id))
        values = {"sample_id": sample_id, "accession_number": given.accession_number}
        values |= measurements_values(empty | dict(typed), error)
        return render_page("measurements.html", values, status_code=error.http_status)
    return RedirectResponse(f"/samples/{sample_id}#concentrations", status_code=303)
