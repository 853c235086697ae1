"""Acquisition profiles, for an admin."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import InvalidInput
from app.laboratory_errors import ProfileChangedMeanwhile, ProfileNameTaken
from app.services.samples.acquisition_profiles import (
    archive_profile,
    change_profile,
    create_profile,
    get_profile,
    list_profiles,
    profile_mark,
)
from app.web.dependencies import SessionDep
from app.web.form_values import TypedFieldsDep
from app.web.profile_views import profile_as_typed, profile_form_values, typed_profile
from app.web.templating import render_page

router = APIRouter(prefix="/admin/profiles")
_LIST = "/admin/profiles"


@router.get("")
def show_profiles(session: SessionDep) -> HTMLResponse:
    """Every profile, and the form for a new one."""
    values = {"profiles": list_profiles(session)} | profile_form_values({}, None)
    return render_page("acquisition_profiles.html", values)


@router.post("")
def submit_profile(session: SessionDep, typed: TypedFieldsDep) -> Response:
    """Make a profile."""
    try:
        create_profile(session, profile_as_typed(typed))
    except (InvalidInput, ProfileNameTaken) as error:
        values = {"profiles": list_profiles(session)} | profile_form_values(typed, None, error)
        return render_page("acquisition_profiles.html", values, status_code=error.http_status)
    return RedirectResponse(_LIST, status_code=303)


@router.get("/{profile_id}")
def show_profile(session: SessionDep, profile_id: int) -> HTMLResponse:
    """One profile, to be changed."""
    profile = get_profile(session, profile_id)
    typed = typed_profile(profile) | {"mark": profile_mark(profile)}
    return render_page("acquisition_profile.html", profile_form_values(typed, profile))


@router.post("/{profile_id}")
def submit_changes(session: SessionDep, profile_id: int, typed: TypedFieldsDep) -> Response:
    """Change a profile."""
    try:
        change_profile(session, profile_id, profile_as_typed(typed), mark=typed.get("mark", ""))
    except (InvalidInput, ProfileNameTaken, ProfileChangedMeanwhile) as error:
        values = profile_form_values(typed, get_profile(session, profile_id), error)
        return render_page("acquisition_profile.html", values, status_code=error.http_status)
    return RedirectResponse(_LIST, status_code=303)


@router.post("/{profile_id}/archive")
def submit_archiving(session: SessionDep, profile_id: int) -> RedirectResponse:
    """Put a profile away."""
    archive_profile(session, profile_id, is_archived=True)
    return RedirectResponse(_LIST, status_code=303)


@router.post("/{profile_id}/restore")
def submit_restoring(session: SessionDep, profile_id: int) -> RedirectResponse:
    """Take a profile back."""
    archive_profile(session, profile_id, is_archived=False)
    return RedirectResponse(_LIST, status_code=303)
