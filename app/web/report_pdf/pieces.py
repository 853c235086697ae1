"""The pieces that a report is put together from: headings, paragraphs, lists of facts, tables. Lengths in points."""

from collections.abc import Iterable, Sequence

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, LongTable, Paragraph, Spacer, Table, TableStyle

from app.web.report_pdf.fonts import BOLD, REGULAR, markup
from app.web.report_pdf.pages import INK, MUTED, RULE

_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=8.5, leading=11.5, textColor=INK)
_STRONG = ParagraphStyle("strong", parent=_TEXT, fontName=BOLD)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=7.2, leading=9.6, textColor=MUTED)
_NUMBER = ParagraphStyle("number", parent=_TEXT, alignment=TA_RIGHT)
_HEAD = ParagraphStyle("head", parent=_SMALL, fontName=BOLD, textColor=INK)
_HEAD_NUMBER = ParagraphStyle("head-number", parent=_HEAD, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", parent=_TEXT, fontName=BOLD, fontSize=15, leading=19)
_STATE = ParagraphStyle("state", parent=_TEXT, fontName=BOLD, fontSize=10.5, leading=14)
_HEADING = ParagraphStyle(
    "heading", parent=_TEXT, fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=8, spaceAfter=2
)
_HEADING.keepWithNext = 1

_LABEL_WIDTH = 92
_LONGEST_FACT, _LONGEST_CELL, _MOST_LINES = 2400, 800, 12
"""Characters and lines of a value beside its label, and of a table's cell."""

_PLAIN = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 1.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
]
_RULED = [*_PLAIN, ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK), ("LINEBELOW", (0, 1), (-1, -1), 0.25, RULE)]


def title(text: str) -> Flowable:
    """The report's name."""
    return Paragraph(markup(text), _TITLE)


def state(text: str) -> Flowable:
    """What the report is: a draft, signed, corrected."""
    return Paragraph(markup(text), _STATE)


def heading(text: str) -> Flowable:
    """The name of a section, never alone at the foot of a page."""
    return Paragraph(markup(text), _HEADING)


def paragraph(text: str) -> Flowable:
    """Text that has to be read."""
    return Paragraph(markup(text), _TEXT)


def small(text: str) -> Flowable:
    """Text that explains."""
    return Paragraph(markup(text), _SMALL)


def gap(points: float) -> Flowable:
    """Empty room."""
    return Spacer(1, points)


def facts(pairs: Iterable[tuple[str, str]], width: float, *, label_width: float = _LABEL_WIDTH) -> list[Flowable]:
    """Labels with their values, one a line; nothing where there is none."""
    shown = [(label, _bounded(value, _LONGEST_FACT)) for label, value in pairs]
    rows = [[Paragraph(markup(label), _SMALL), Paragraph(markup(value), _TEXT)] for label, value in shown]
    if not rows:
        return []
    return [Table(rows, colWidths=[label_width, width - label_width], style=TableStyle(_PLAIN), hAlign="LEFT")]


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    numbers: Iterable[int] = (),
    strong: Iterable[int] = (),
) -> list[Flowable]:
    """A table whose head is repeated on every page; ``numbers`` are the columns set right, ``strong`` those in bold."""
    right, bold = set(numbers), set(strong)
    styles = [_NUMBER if at in right else _STRONG if at in bold else _TEXT for at in range(len(head))]
    heads = [Paragraph(markup(text), _HEAD_NUMBER if at in right else _HEAD) for at, text in enumerate(head)]
    texts = [[_bounded(text, _LONGEST_CELL) for text in row] for row in rows]
    body = [[Paragraph(markup(text), style) for text, style in zip(row, styles, strict=True)] for row in texts]
    style = TableStyle(_RULED)
    return [LongTable([heads, *body], list(widths), repeatRows=1, style=style, hAlign="LEFT")]


def beside(left: list[Flowable], right: list[Flowable], width: float, *, between: float = 14) -> Flowable:
    """Two columns of equal width."""
    column = (width - between) / 2
    style = TableStyle([*_PLAIN, ("RIGHTPADDING", (0, 0), (-1, -1), 0)])
    return Table([[left, "", right]], colWidths=[column, between, column], style=style, hAlign="LEFT")


def _bounded(text: str, longest: int) -> str:
    """A text that fits a page also in a narrow column: a row is never split, and one higher than a page is an error."""
    lines = text.split("\n")
    if len(text) <= longest and len(lines) <= _MOST_LINES:
        return text
    return "\n".join(lines[:_MOST_LINES])[:longest] + " … (shortened; the JSON file has all of it)"
