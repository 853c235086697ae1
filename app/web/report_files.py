"""A report as a file: PDF, the JSON that was signed, and a table."""

from fastapi.responses import Response

from app.errors import StoredImageMissing
from app.schemas.signed_reports import ReportContent, SignedReport
from app.services.report_drafts import build_draft
from app.services.reports import signed_report
from app.services.results import image_content
from app.web.context import AppContext
from app.web.csv_tables import csv_table
from app.web.overlay import CLASS_NAMES
from app.web.report_pdf import render_report
from app.web.report_view import ReportView, build_report_view, differential_of, morphology_of
from model.preprocessing import ImageLimits

_CSV_HEADER = ("accession_number", "version", "sha256", "part", "name", "n", "percent", "low_95", "high_95", "grade")


def signed_pdf(context: AppContext, *, sample_id: int, version: int) -> Response:
    """A signed version as PDF: from its snapshot, and the images that it names.

    Raises:
        SampleNotFound: There is no such sample.
        ReportNotFound: It has no such version.
    """
    with context.database.unit_of_work() as session:
        report = signed_report(session, sample_id=sample_id, version=version)
    view = build_report_view(report.content, sha256=report.sha256, replaced_by=report.replaced_by)
    return _pdf_download(context, view, f"report-sample-{sample_id}-version-{version}.pdf")


def draft_pdf(context: AppContext, *, sample_id: int) -> Response:
    """The report that would be signed now, marked as a draft on every page.

    Raises:
        SampleNotFound: There is no such sample.
        ReportOutdated: Somebody changed the sample while it was read.
    """
    with context.database.unit_of_work() as session:
        draft = build_draft(
            session,
            sample_id=sample_id,
            scheme=context.grading_scheme,
            laboratory=context.settings.laboratory_name,
        )
    return _pdf_download(context, build_report_view(draft.content), f"draft-sample-{sample_id}.pdf")


def report_csv(report: SignedReport) -> str:
    """One line a count, white-cell type and red-cell type, with its exact 95 % interval."""
    content: ReportContent = report.content
    about = (content.sample.accession_number, report.version, report.sha256)
    lines: list[tuple[object, ...]] = []
    for code in CLASS_NAMES if content.counts else ():
        count, interval = (content.counts or {}).get(code), (content.count_intervals or {}).get(code)
        ends = (interval.low, interval.high) if interval else ("", "")
        lines.append((*about, "count", code, *_present(count), "", *ends, ""))
    if (white := differential_of(content)) is not None:
        for name, share in white.types.items():
            lines.append((*about, "differential", name, share.n, *_present(share.percent, share.low, share.high), ""))
        lines.append((*about, "differential", "unidentified", white.unidentified, "", "", "", ""))
    if (red := morphology_of(content)) is not None:
        for name, one in red.types.items():
            shares = _present(one.percent, one.low, one.high)
            lines.append((*about, "morphology", name, one.n, *shares, one.grade or ""))
        lines.append((*about, "morphology", "uncategorised", red.uncategorised, "", "", "", ""))
    return csv_table(_CSV_HEADER, lines)


def _present(*values: float | None) -> tuple[float | str, ...]:
    return tuple("not available" if value is None else value for value in values)


def _pdf_download(context: AppContext, view: ReportView, file_name: str) -> Response:
    def read(image_id: int) -> bytes | None:
        try:
            with context.database.unit_of_work() as session:
                content = image_content(session, context.store, image_id=image_id)
        except StoredImageMissing:
            return None
        with content.stream as stream:
            return stream.read()

    settings = context.settings
    limits = ImageLimits(max_file_bytes=settings.max_file_bytes, max_pixels=settings.max_image_pixels)
    content = render_report(view, read, limits, paper=settings.report_paper)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
