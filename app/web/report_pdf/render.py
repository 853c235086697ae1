"""Puts a report together and writes the PDF file: the same report gives the same bytes."""

import threading
from io import BytesIO
from typing import Literal

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.platypus import SimpleDocTemplate

from app.web.report_pdf.fonts import use_fonts
from app.web.report_pdf.pages import BOTTOM, MARGIN, TOP, PageFrame, canvas_with_frame
from app.web.report_pdf.pictures import PictureSource, picture_section
from app.web.report_pdf.sections import closing_sections, report_sections
from app.web.report_view import ReportView

Paper = Literal["a4", "letter"]

_SIZES = {"a4": A4, "letter": LETTER}
_AT_ONCE = 2
"""Reports that one process draws at the same time: each may hold one decoded photograph."""

_desks = threading.BoundedSemaphore(_AT_ONCE)


def render_report(view: ReportView, source: PictureSource, *, paper: Paper = "a4") -> bytes:
    """The report as a PDF file. It takes a second or so: never call it on the event loop."""
    with _desks:
        use_fonts()
        buffer = BytesIO()
        document = SimpleDocTemplate(
            buffer,
            pagesize=_SIZES[paper],
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=TOP,
            bottomMargin=BOTTOM,
            title=f"{view.accession_number}: {view.headline}",
            author=view.laboratory or view.software,
            creator=view.software,
            subject="Blood smear: cell count",
            lang="en",
            invariant=1,  # no time of printing and no chance in the file
        )
        width, height = document.width - 12, document.height - 12  # the frame's own padding
        story = [
            *report_sections(view, width),
            *picture_section(view, source, width=width, height=height),
            *closing_sections(view, width),
        ]
        document.build(story, canvasmaker=canvas_with_frame(PageFrame(view)))
        return buffer.getvalue()
