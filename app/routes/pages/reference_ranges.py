"""The reference ranges: every version for everybody, a new one from an admin."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.errors import InvalidInput
from app.laboratory_errors import RangesChangedMeanwhile
from app.services.figures.reference_ranges import current_ranges, list_range_sets, ranges_of_version, save_ranges
from app.web.dependencies import SessionDep
from app.web.form_values import TypedFieldsDep, whole_number
from app.web.range_views import range_rows, ranges_as_typed, ranges_form_values, typed_ranges
from app.web.templating import render_page

router = APIRouter()


@router.get("/reference-ranges")
def show_current_ranges(session: SessionDep) -> RedirectResponse:
    """To the version that holds now."""
    return RedirectResponse(f"/reference-ranges/{current_ranges(session).version}", status_code=303)


@router.get("/reference-ranges/{version}")
def show_ranges(session: SessionDep, version: int) -> HTMLResponse:
    """One version, with the list of all."""
    ranges, versions = ranges_of_version(session, version), list_range_sets(session)
    values = {"ranges": ranges, "rows": range_rows(ranges), "versions": versions}
    return render_page("reference_ranges.html", values)


@router.get("/admin/reference-ranges")
def show_ranges_form(session: SessionDep) -> HTMLResponse:
    """The form of a new version, filled with the present one."""
    ranges = current_ranges(session)
    return render_page("reference_ranges_edit.html", ranges_form_values(ranges.version, typed_ranges(ranges)))


@router.post("/admin/reference-ranges")
def submit_ranges(session: SessionDep, typed: TypedFieldsDep) -> Response:
    """Save a new version."""
    base = whole_number("ranges", "version", typed.get("base", "")) or 0
    try:
        version = save_ranges(session, base=base, ranges=ranges_as_typed(typed), reason=typed.get("reason", ""))
    except (InvalidInput, RangesChangedMeanwhile) as error:
        values = ranges_form_values(base, typed, error)
        return render_page("reference_ranges_edit.html", values, status_code=error.http_status)
    return RedirectResponse(f"/reference-ranges/{version}", status_code=303)
