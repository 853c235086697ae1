"""A report as a PDF file: drawn from what was signed, or from what would be signed now."""

from collections.abc import Sequence

from fastapi.responses import Response

from app.errors import StoredImageMissing
from app.schemas.result_record import CellEntry
from app.schemas.signed_reports import ReportContent
from app.services.images.decoding.reader import image_reader
from app.services.queue.results import image_content
from app.services.reports.report_drafts import build_draft
from app.services.reports.report_verification import signed_cells
from app.services.reports.reports import signed_report
from app.web.context import AppContext
from app.web.report_pdf import CellReader, PictureReader, PictureSource, render_report
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
    return _pdf_download(context, view, report.content, f"report-sample-{sample_id}-version-{version}.pdf")


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
    return _pdf_download(context, build_report_view(draft.content), draft.content, f"draft-sample-{sample_id}.pdf")


def _pdf_download(context: AppContext, view: ReportView, content: ReportContent, file_name: str) -> Response:
    settings = context.settings
    source = PictureSource(_file_reader(context), image_reader(settings).decode, _cell_reader(context, content))
    drawn = render_report(view, source, paper=settings.report_paper)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    return Response(drawn, media_type="application/pdf", headers=headers)


def _file_reader(context: AppContext) -> PictureReader:
    def read(image_id: int) -> bytes | None:
        try:
            with context.database.unit_of_work() as session:
                content = image_content(session, context.store, image_id=image_id)
        except StoredImageMissing:
            return None
        with content.stream as stream:
            return stream.read()

    return read


def _cell_reader(context: AppContext, content: ReportContent) -> CellReader:
    fields = {field.image_id: field for field in content.fields}

    def read(image_id: int) -> Sequence[CellEntry] | None:
        with context.database.unit_of_work() as session:
            cells = signed_cells(session, fields[image_id])
        return None if cells is None else [cell for cell in cells if cell.counted]

    return read
