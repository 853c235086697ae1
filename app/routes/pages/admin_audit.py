"""The audit trail, for an admin: search, export, verify."""

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, StreamingResponse

from app.errors import InvalidInput
from app.schemas.audit import AuditEntry
from app.services.audit import AuditPage, find_entries, read_entries, verify_chain
from app.web.admin_views import AuditSearch, audit_csv, audit_jsonl, audit_values
from app.web.dependencies import DatabaseDep, SessionDep
from app.web.templating import render_page

router = APIRouter(prefix="/admin/audit")


class _Export(AuditSearch):
    format: Literal["csv", "jsonl"] = "csv"


@router.get("")
def show_audit(session: SessionDep, search: Annotated[AuditSearch, Query()]) -> HTMLResponse:
    """The entries that match, newest first."""
    try:
        page = find_entries(session, search.filter(), before_seq=search.before_seq)
    except InvalidInput as error:
        values = audit_values(search, AuditPage((), None)) | {"error": error.message}
        return render_page("admin_audit.html", values, status_code=error.http_status)
    return render_page("admin_audit.html", audit_values(search, page))


@router.get("/export")
def show_export(database: DatabaseDep, search: Annotated[_Export, Query()]) -> StreamingResponse:
    """The entries that match, oldest first, as a table or one JSON object a line."""
    wanted = search.filter()

    def entries() -> Iterator[AuditEntry]:
        with database.unit_of_work() as session:
            yield from read_entries(session, wanted)

    is_csv = search.format == "csv"
    body = audit_csv(entries()) if is_csv else audit_jsonl(entries())
    headers = {
        "Content-Disposition": f'attachment; filename="audit-trail.{search.format}"',
        "Cache-Control": "no-store",
    }
    media_type = "text/csv; charset=utf-8" if is_csv else "application/jsonl"
    return StreamingResponse(body, media_type=media_type, headers=headers)


@router.post("/verify")
def submit_verification(session: SessionDep) -> HTMLResponse:
    """Look at every entry and say whether each is as it was written."""
    search = AuditSearch()
    values = audit_values(search, find_entries(session, search.filter()))
    return render_page("admin_audit.html", values | {"verification": verify_chain(session)})
