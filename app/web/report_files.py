"""A report as a PDF file: drawn from what was signed, or from what would be signed now."""

from fastapi.responses import Response

from app.errors import StoredImageMissing
from app.services.images.decoding.reader import image_reader
from app.services.queue.results import image_content
from app.services.reports.report_drafts import build_draft
from app.services.reports.reports import signed_report
from app.web.context import AppContext
from app.web.report_pdf import render_report
from app.web.report_view import ReportView, build_report_view


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
            second_reading=context.settings.second_reading,
        )
    return _pdf_download(context, build_report_view(draft.content), f"draft-sample-{sample_id}.pdf")


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
    content = render_report(view, read, image_reader(settings).decode, paper=settings.report_paper)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
