"""A field image with its cells drawn on it, as lines and not as pixels: they stay sharp on any paper.

The shapes are those of the pages (decision 0086): an ellipse for a red cell, a double rectangle for a white one, a
diamond for a platelet, a rectangle for a nucleated red cell; dotted for a suggestion of the network, full for what a
person confirmed. Letters give the type where it tells more than the shape.
"""

from collections.abc import Callable, Sequence

from reportlab.lib.colors import HexColor, white
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image

from app.schemas.result_record import CellEntry
from app.web.report_pdf.fonts import BOLD
from app.web.subtype_words import cell_letters, class_code, confirmed_by, is_remarkable
from model.types import BoxXyxy

CASING = "#10121a"
LINES = {"RBC": "#fafe01", "WBC": "#7e95d5", "PLT": "#7bfea0", "NRBC": "#d68018"}

_LINE_PT, _CASING_PT = 0.8, 1.7
_DOTS_PT = (1.6, 1.0)
_LETTER_PT, _LETTER_CASING_PT = 6.5, 1.2
_LETTER_SHARE_OF_CELL = 0.45
_INNER_SHARE = 0.06
"""How far the inner rectangle of a white cell lies inside the outer one, as a share of the cell's shorter side."""

_FILL, _STROKE = 0, 1
"""How PDF paints letters (ISO 32000, 9.3.6)."""

Corners = tuple[float, float, float, float]
"""Left, bottom, right and top of a cell in points of the picture, whose origin is its lower left corner."""


class PictureWithCells(Flowable):  # type: ignore[misc]  # ReportLab has no types
    """A picture with counted cells on it; ``points_per_px`` leads from pixels of the upright image to the paper."""

    def __init__(self, picture: Image, cells: Sequence[CellEntry], points_per_px: float) -> None:
        """Prepare; boxes are (x1, y1, x2, y2) in pixels of the upright image with y downwards."""
        super().__init__()
        self.picture = picture
        self.cells = cells
        self.points_per_px = points_per_px
        self.width, self.height = picture.drawWidth, picture.drawHeight

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """The room that it takes."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the picture and, on it, each cell twice: a light line on a dark casing."""
        self.picture.drawOn(self.canv, 0, 0)
        for cell in self.cells:
            self._outline(cell)
        for cell in self.cells:
            if class_code(cell) == "WBC" or (is_remarkable(cell) and class_code(cell) != "PLT"):
                self._letters(cell)

    def _outline(self, cell: CellEntry) -> None:
        code, corners = class_code(cell), self._corners(cell.box)
        for colour, width, dots in ((CASING, _CASING_PT, ()), (LINES[code], _LINE_PT, _DOTS_PT)):
            self.canv.setStrokeColor(HexColor(colour))
            self.canv.setLineWidth(width)
            self.canv.setDash(*([dots] if dots and confirmed_by(cell) is None else ()))
            _SHAPES[code](self.canv, corners)
        self.canv.setDash()

    def _letters(self, cell: CellEntry) -> None:
        """In the upper left corner of a white cell, beside its nucleus, and in the middle of a red one."""
        left, bottom, right, top = self._corners(cell.box)
        letters = cell_letters(cell)
        size = min(_LETTER_PT, _LETTER_SHARE_OF_CELL * min(right - left, top - bottom))
        x, y = left + 0.3 * size, top - 1.1 * size
        if class_code(cell) == "RBC":
            x, y = (left + right - stringWidth(letters, BOLD, size)) / 2, (bottom + top) / 2 - 0.35 * size
        text = self.canv.beginText()
        text.setFont(BOLD, size)
        self.canv.setLineWidth(_LETTER_CASING_PT)
        for mode, colour in ((_STROKE, HexColor(CASING)), (_FILL, white)):
            text.setTextRenderMode(mode)
            text.setStrokeColor(colour)
            text.setFillColor(colour)
            text.setTextOrigin(x, y)
            text.textOut(letters)
        self.canv.drawText(text)

    def _corners(self, box: BoxXyxy) -> Corners:
        x1, y1, x2, y2 = (edge * self.points_per_px for edge in box)
        return x1, self.height - y2, x2, self.height - y1


def _ellipse(canvas: Canvas, corners: Corners) -> None:
    canvas.ellipse(*corners)


def _rectangle(canvas: Canvas, corners: Corners) -> None:
    left, bottom, right, top = corners
    canvas.rect(left, bottom, right - left, top - bottom)


def _double_rectangle(canvas: Canvas, corners: Corners) -> None:
    left, bottom, right, top = corners
    _rectangle(canvas, corners)
    inset = _INNER_SHARE * min(right - left, top - bottom)
    _rectangle(canvas, (left + inset, bottom + inset, right - inset, top - inset))


def _diamond(canvas: Canvas, corners: Corners) -> None:
    left, bottom, right, top = corners
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    path = canvas.beginPath()
    path.moveTo(middle_x, bottom)
    for x, y in ((right, middle_y), (middle_x, top), (left, middle_y)):
        path.lineTo(x, y)
    path.close()
    canvas.drawPath(path)


_SHAPES: dict[str, Callable[[Canvas, Corners], None]] = {
    "RBC": _ellipse,
    "WBC": _double_rectangle,
    "PLT": _diamond,
    "NRBC": _rectangle,
}
