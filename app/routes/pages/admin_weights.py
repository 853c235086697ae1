"""The weights that count, for an admin: adding, judging, activating and going back."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import BloodcountError
from app.services.weights.weights_activation import (
    approve_activation,
    decline_activation,
    request_activation,
    roll_back,
)
from app.services.weights.weights_intake import add_release
from app.services.weights.weights_judging import ask_for_evaluation
from app.services.weights.weights_overview import release_detail, weights_overview
from app.web.context import AppContext
from app.web.dependencies import ContextDep
from app.web.golden_picture import drawn_golden_png
from app.web.templating import render_page
from app.web.weights_view import release_values, weights_values

router = APIRouter(prefix="/admin/weights")

_File = Annotated[UploadFile | None, File()]


@router.get("")
def show_weights(context: ContextDep) -> HTMLResponse:
    """Which weights count, where, since when and by whom; and which could."""
    return _page(context)


@router.post("")
def submit_weights(context: ContextDep, weights: _File = None, manifest: _File = None) -> Response:
    """Put weights and their manifest into quarantine, where they are checked."""
    if weights is None or manifest is None or not weights.filename or not manifest.filename:
        return _page(context, error="Choose both files: the weights (.safetensors) and their manifest (.json).")
    try:
        release_id = add_release(
            context.database.unit_of_work,
            context.store,
            file_name=weights.filename,
            content=weights.file,
            manifest=manifest.file,
        )
    except BloodcountError as error:
        return _page(context, error=str(error), status_code=error.http_status)
    return RedirectResponse(f"/admin/weights/{release_id}", status_code=303)


@router.get("/{release_id}")
def show_release(context: ContextDep, release_id: int) -> HTMLResponse:
    """One release: what it is, and how it counts beside the active one."""
    return _release_page(context, release_id)


@router.post("/{release_id}/evaluate")
def submit_evaluation(context: ContextDep, release_id: int) -> Response:
    """Let weights be checked and evaluated again."""
    try:
        with context.database.unit_of_work() as session:
            ask_for_evaluation(session, release_id=release_id)
    except BloodcountError as error:
        return _release_page(context, release_id, error)
    return RedirectResponse(f"/admin/weights/{release_id}", status_code=303)


@router.post("/{release_id}/activate")
def submit_activation(context: ContextDep, release_id: int, reason: Annotated[str, Form()] = "") -> Response:
    """Let weights count from now on, or once a second person approves."""
    try:
        with context.database.unit_of_work() as session:
            request_activation(session, context.settings, release_id=release_id, reason=reason)
    except BloodcountError as error:
        return _release_page(context, release_id, error)
    return RedirectResponse("/admin/weights", status_code=303)


@router.post("/rollback")
def submit_rollback(
    context: ContextDep, reason: Annotated[str, Form()] = "", to: Annotated[str, Form()] = "former"
) -> Response:
    """Let those weights count again that did before, or those that came with the installation."""
    try:
        with context.database.unit_of_work() as session:
            roll_back(session, reason=reason, to_origin=to == "origin")
    except BloodcountError as error:
        return _page(context, error=str(error), status_code=error.http_status)
    return RedirectResponse("/admin/weights", status_code=303)


@router.post("/activations/{activation_id}/approve")
def submit_approval(context: ContextDep, activation_id: int) -> Response:
    """As a second person, let weights count from now on."""
    try:
        with context.database.unit_of_work() as session:
            approve_activation(session, activation_id=activation_id)
    except BloodcountError as error:
        return _page(context, error=str(error), status_code=error.http_status)
    return RedirectResponse("/admin/weights", status_code=303)


@router.post("/activations/{activation_id}/decline")
def submit_refusal(context: ContextDep, activation_id: int) -> Response:
    """Let an activation that waits come to nothing."""
    try:
        with context.database.unit_of_work() as session:
            decline_activation(session, activation_id=activation_id)
    except BloodcountError as error:
        return _page(context, error=str(error), status_code=error.http_status)
    return RedirectResponse("/admin/weights", status_code=303)


@router.get("/drawn/{place}.png")
def show_drawn_field(place: int) -> Response:
    """A drawn golden field."""
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(drawn_golden_png(place), media_type="image/png", headers=headers)


def _page(context: AppContext, *, error: str | None = None, status_code: int = 422) -> HTMLResponse:
    with context.database.unit_of_work() as session:
        overview = weights_overview(session)
    values = weights_values(overview, context.settings, error=error)
    return render_page("admin_weights.html", values, status_code=200 if error is None else status_code)


def _release_page(context: AppContext, release_id: int, error: BloodcountError | None = None) -> HTMLResponse:
    with context.database.unit_of_work() as session:
        detail = release_detail(session, context.settings, release_id=release_id)
    values = release_values(detail, context.settings, error=None if error is None else str(error))
    return render_page("admin_release.html", values, status_code=200 if error is None else error.http_status)
