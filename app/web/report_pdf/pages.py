"""The frame of every page: what the report is, whose it is, its version and hash, the intended use, page x of y."""

from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.web.report_pdf.fonts import BOLD, REGULAR, printable
from app.web.report_view import ReportView

MARGIN = 15 * mm
TOP = 18 * mm
BOTTOM = 20 * mm
INK, MUTED, RULE = black, HexColor("#4d4d4d"), HexColor("#8c8c8c")
_WATERMARK = Color(0.55, 0.55, 0.55, alpha=0.28)
_WATERMARK_DEGREES = 54
_HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What stands on every page around its content."""

    view: ReportView
    footer: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        view = self.view
        version = f"version {view.version}" if view.version else "draft"
        digest = f"SHA-256 {view.sha256[:_HASH_DIGITS]}…" if view.sha256 else "no hash: not signed"
        told = f"{view.accession_number}  ·  {version}  ·  {digest}  ·  {view.software}"
        object.__setattr__(self, "footer", (told, view.intended_use))

    def draw(self, canvas: Canvas, *, page: int, pages: int) -> None:
        """Draw the frame of one of so many pages."""
        width, height = canvas._pagesize  # noqa: SLF001 - ReportLab tells it nowhere else
        canvas.saveState()
        if not self.view.is_signed:
            self._mark(canvas, "DRAFT – not signed", width, height)
        elif self.view.replaced_words:
            self._mark(canvas, "REPLACED", width, height)
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 9)
        canvas.drawString(MARGIN, height - 12 * mm, printable(self.view.laboratory or "Bloodcount"))
        canvas.drawRightString(width - MARGIN, height - 12 * mm, printable(self._state()))
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, height - 15 * mm, width - MARGIN, height - 15 * mm)
        canvas.line(MARGIN, 18 * mm, width - MARGIN, 18 * mm)
        canvas.setFont(REGULAR, 7)
        canvas.setFillColor(MUTED)
        canvas.drawString(MARGIN, 14.2 * mm, printable(self.footer[0]))
        canvas.drawRightString(width - MARGIN, 14.2 * mm, f"Page {page} of {pages}")
        canvas.drawString(MARGIN, 10.7 * mm, printable(self.footer[1]))
        canvas.restoreState()

    def _state(self) -> str:
        view = self.view
        if not view.is_signed:
            return "DRAFT – not signed"
        if view.replaced_words:
            return f"REPLACED – version {view.version}"
        return f"CORRECTED – version {view.version}" if view.correction else f"Signed – version {view.version}"

    @staticmethod
    def _mark(canvas: Canvas, words: str, width: float, height: float) -> None:
        canvas.saveState()
        canvas.setFont(BOLD, 52)
        canvas.setFillColor(_WATERMARK)
        canvas.translate(width / 2, height / 2)
        canvas.rotate(_WATERMARK_DEGREES)
        canvas.drawCentredString(0, -18, words)
        canvas.restoreState()


def canvas_with_frame(frame: PageFrame) -> type[Canvas]:
    """A canvas that draws the frame once it knows how many pages there are."""

    class FramedCanvas(Canvas):  # type: ignore[misc] # ReportLab has no types
        """Keeps every finished page until the last one."""

        def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - ReportLab's own
            super().__init__(*arguments, **named)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - ReportLab's name
            """Keep a finished page."""
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            """Draw the frames and write the file."""
            for number, page in enumerate(self._kept, start=1):
                self.__dict__.update(page)
                frame.draw(self, page=number, pages=len(self._kept))
                super().showPage()
            super().save()

    return FramedCanvas
