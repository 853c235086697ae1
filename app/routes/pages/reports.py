"""The signed reports of a sample: their list, each one, and the files of each."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from app.services.reports.reports import report_snapshot, sample_reports, signed_report
from app.web.dependencies import ContextDep, SessionDep
from app.web.downloads import csv_download, text_download
from app.web.report_files import draft_pdf, signed_pdf
from app.web.report_table import report_csv
from app.web.report_view import build_report_view
from app.web.templating import render_page

router = APIRouter()


@router.get("/samples/{sample_id}/reports")
def show_reports(session: SessionDep, sample_id: int) -> HTMLResponse:
    """Every signed version, what replaced which and why, and the form to open a correction."""
    values = {"reports": sample_reports(session, sample_id=sample_id), "reason": "", "problem": None}
    return render_page("reports.html", values)


@router.get("/samples/{sample_id}/reports/draft.pdf")
def show_draft(context: ContextDep, sample_id: int) -> Response:
    """What would be signed now, marked as a draft."""
    return draft_pdf(context, sample_id=sample_id)


@router.get("/samples/{sample_id}/reports/{version}.pdf")
def show_report_pdf(context: ContextDep, sample_id: int, version: int) -> Response:
    """A signed version, to print and to file."""
    return signed_pdf(context, sample_id=sample_id, version=version)


@router.get("/samples/{sample_id}/reports/{version}.json")
def show_report_json(session: SessionDep, sample_id: int, version: int) -> Response:
    """The very bytes that were signed: the SHA-256 of this file is the report's."""
    snapshot = report_snapshot(session, sample_id=sample_id, version=version)
    return text_download(snapshot, "application/json", f"report-sample-{sample_id}-version-{version}.json")


@router.get("/samples/{sample_id}/reports/{version}.csv")
def show_report_csv(session: SessionDep, sample_id: int, version: int) -> Response:
    """The figures of a signed version as a table."""
    report = signed_report(session, sample_id=sample_id, version=version)
    return csv_download(report_csv(report), f"report-sample-{sample_id}-version-{version}.csv")


@router.get("/samples/{sample_id}/reports/{version}")
def show_report(session: SessionDep, sample_id: int, version: int) -> HTMLResponse:
    """A signed version, with whether it is as it was signed."""
    report = signed_report(session, sample_id=sample_id, version=version)
    view = build_report_view(report.content, sha256=report.sha256, replaced_by=report.replaced_by)
    reports = sample_reports(session, sample_id=sample_id)
    return render_page("report.html", {"report": report, "view": view, "reports": reports})
