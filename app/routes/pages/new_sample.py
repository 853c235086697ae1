"""The first page, and the upload of images with or without a script."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.errors import AccessionNumberTaken, InvalidInput
from app.schemas.samples import SampleSummary
from app.schemas.uploads import CountPriority
from app.services.samples.acquisition_profiles import list_profiles
from app.services.samples.samples import create_sample, sample_detail
from app.web.context import AppContext
from app.web.dependencies import ContextDep, IdempotencyKey, SessionDep, SettingsDep
from app.web.incoming_files import UploadReport, chosen_files, require_files, take_in
from app.web.problems import wants_json
from app.web.sample_form import SampleForm, typed_sample, upload_page_values
from app.web.templating import render_page

router = APIRouter()

_Files = Annotated[list[UploadFile] | None, File()]


@router.get("/")
def show_upload_page(settings: SettingsDep, session: SessionDep) -> HTMLResponse:
    """The empty form."""
    return render_page("upload.html", upload_page_values(settings, SampleForm(), list_profiles(session)))


@router.post("/samples")
def submit_sample(
    request: Request,
    context: ContextDep,
    form: Annotated[SampleForm, Depends(typed_sample)],
    files: _Files = None,
) -> Response:
    """Register a sample with its images; a script sends the images afterwards, one by one."""
    is_script = wants_json(request.scope)
    try:
        take = chosen_files if is_script else require_files
        chosen = take(files, context.settings)
        sample = _register(context, form)
    except (InvalidInput, AccessionNumberTaken) as error:
        if is_script:
            raise
        with context.database.unit_of_work() as session:
            profiles = list_profiles(session)
        values = upload_page_values(context.settings, form, profiles, error)
        return render_page("upload.html", values, status_code=error.http_status)
    report = UploadReport(files=())
    if chosen:
        report = take_in(context, sample_id=sample.id, files=chosen, priority=CountPriority.INTERACTIVE)
    if is_script:
        body = {"id": sample.id, "url": f"/samples/{sample.id}", **report.model_dump(mode="json")}
        return JSONResponse(body, status_code=201)
    return _report_page(sample, report)


@router.post("/samples/{sample_id}/images")
def submit_images(
    request: Request, context: ContextDep, sample_id: int, files: _Files = None, idempotency_key: IdempotencyKey = None
) -> Response:
    """Add images to a sample."""
    with context.database.unit_of_work() as session:
        sample = sample_detail(session, sample_id=sample_id)
    report = take_in(
        context,
        sample_id=sample_id,
        files=require_files(files, context.settings),
        priority=CountPriority.INTERACTIVE,
        idempotency_key=idempotency_key,
    )
    if wants_json(request.scope):
        return JSONResponse(report.model_dump(mode="json"), status_code=202)
    return _report_page(sample, report)


def _register(context: AppContext, form: SampleForm) -> SampleSummary:
    new = form.new_sample()
    with context.database.unit_of_work() as session:
        return create_sample(session, new=new)


def _report_page(sample: SampleSummary, report: UploadReport) -> Response:
    """Straight to the sample where everything was taken in, else a page that says what was not."""
    if all(entry.error is None for entry in report.files):
        return RedirectResponse(f"/samples/{sample.id}", status_code=303)
    return render_page("upload_report.html", {"sample": sample, "files": report.files})
