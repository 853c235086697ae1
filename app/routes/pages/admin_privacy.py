"""Retention and patient codes, for an admin: what would go, the going, and one patient code's data as a file."""

import tempfile
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from app.errors import BloodcountError, StorageUnavailable
from app.protection_errors import ErasureRefused
from app.services.images.decoding.reader import image_reader
from app.services.privacy.patient_export import export_patient
from app.services.privacy.retention import apply_retention
from app.services.samples.patients import erase_patient
from app.web.dependencies import DatabaseDep, SessionDep, SettingsDep, StoreDep
from app.web.downloads import file_answer
from app.web.privacy_view import patient_values, privacy_values
from app.web.templating import render_page

router = APIRouter(prefix="/admin/privacy")

Code = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=1000)]


@router.get("")
def show_privacy(session: SessionDep, settings: SettingsDep) -> HTMLResponse:
    """The rules of retention with what they would let go now, and the search for a patient code."""
    return render_page("admin_privacy.html", privacy_values(session, settings))


@router.post("/retention")
def submit_retention(
    database: DatabaseDep, store: StoreDep, settings: SettingsDep, confirmation: Text = "", reason: Text = ""
) -> HTMLResponse:
    """Erase what the rules let go now."""
    values: dict[str, Any] = {}
    status = 200
    try:
        values["outcome"] = apply_retention(
            database.unit_of_work, store, settings, confirmation=confirmation, reason=reason
        )
    except BloodcountError as error:
        values["problem"], status = error.message, error.http_status
    with database.unit_of_work() as session:
        return render_page("admin_privacy.html", privacy_values(session, settings) | values, status_code=status)


@router.post("/patient")
def show_patient(session: SessionDep, patient_code: Code = "") -> HTMLResponse:
    """The samples of a patient code. It is sent as a form, so that it stands in no address and no log."""
    try:
        return render_page("admin_patient.html", patient_values(session, patient_code))
    except BloodcountError as error:
        values = patient_values(session, None) | {"problem": error.message, "patient_code": patient_code}
        return render_page("admin_patient.html", values, status_code=error.http_status)


@router.post("/patient/export")
def submit_export(
    session: SessionDep, store: StoreDep, settings: SettingsDep, patient_code: Code = ""
) -> StreamingResponse:
    """Everything that is kept under a patient code, as a ZIP file."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is sent
    try:
        export_patient(session, store, image_reader(settings), patient_code=patient_code, target=target)
    except BaseException:
        target.close()
        raise
    return file_answer(target, "application/zip", "patient-export.zip")


@router.post("/patient/erase")
def submit_erasure(
    database: DatabaseDep, store: StoreDep, patient_code: Code = "", confirmation: Code = "", reason: Text = ""
) -> Response:
    """Erase what is kept under a patient code."""
    try:
        outcome = erase_patient(
            database.unit_of_work, store, patient_code=patient_code, confirmation=confirmation, reason=reason
        )
    except BloodcountError as error:
        with database.unit_of_work() as session:
            values = patient_values(session, patient_code, is_lenient=True) | {
                "problem": error.message,
                "is_unfinished": isinstance(error, StorageUnavailable),
            }
        return render_page("admin_patient.html", values, status_code=error.http_status)
    with database.unit_of_work() as session:
        values = patient_values(session, patient_code, is_lenient=True) | {"outcome": outcome}
    return render_page("admin_patient.html", values, status_code=ErasureRefused.http_status if outcome.kept else 200)
