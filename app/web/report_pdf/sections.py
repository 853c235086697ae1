"""The sections of a report in the order in which they are printed."""

from collections.abc import Iterator

from reportlab.platypus import Flowable, KeepTogether

from app.web.figures_view import FigureRow
from app.web.findings_view import DifferentialView, MorphologyView, TypeRow
from app.web.overlay import CLASS_NAMES
from app.web.report_pdf import pieces
from app.web.report_view import ReportView
from app.web.report_words import NOT_AVAILABLE

MOST_FIELDS = 300
"""Images that the list on paper names; a sample with more says so and leaves the rest to the JSON file."""

_UNAVAILABLE = "Not available: the weights that counted an image of this sample cannot tell these cells apart."


def report_sections(view: ReportView, width: float) -> Iterator[Flowable]:
    """Everything but the pictures, the signature and what explains the figures; ``width`` is that of the text."""
    yield pieces.title("Blood smear: cell count")
    yield pieces.state(view.headline)
    if view.replaced_words:
        yield pieces.state(view.replaced_words)
    yield pieces.gap(4)
    half = (len(view.facts) + 1) // 2
    column = (width - 14) / 2
    yield pieces.beside(pieces.facts(view.facts[:half], column), pieces.facts(view.facts[half:], column), width)
    if view.note:
        yield pieces.paragraph(f"Note: {view.note}")
    yield from _correction(view, width)
    yield from _counts(view, width)
    yield pieces.beside(list(_differential(view.differential, column)), list(_morphology(view, column)), width)
    yield from _concentrations(view, width)
    yield from _notices(view, width)


def closing_sections(view: ReportView, width: float) -> Iterator[Flowable]:
    """The list of images, the method, and who signed what."""
    yield from _fields(view, width)
    yield pieces.heading("Method")
    for text in view.method:
        yield pieces.small(text)
    if view.scheme:
        yield pieces.small(f"Grades of the morphology: {view.scheme}.")
    for name, told in view.weights:
        yield pieces.small(f"Weights {name}: {told}.")
    yield pieces.small(f"{view.software}. {view.intended_use}")
    yield KeepTogether(list(_signature(view, width)))


def _correction(view: ReportView, width: float) -> Iterator[Flowable]:
    if not view.correction:
        return
    yield pieces.heading("Why this report was corrected")
    yield from pieces.facts(view.correction, width)
    if view.changes:
        yield from pieces.table(("What", "was", "now"), view.changes, (width * 0.5, width * 0.25, width * 0.25))
    else:
        yield pieces.paragraph("No figure differs from the replaced version.")


def _counts(view: ReportView, width: float) -> Iterator[Flowable]:
    yield pieces.heading("Counts")
    rows = [(f"{row.name} ({row.code})", row.count, row.interval) for row in view.counts]
    widths = (width * 0.44, width * 0.2, width * 0.36)
    yield from pieces.table(("Cells", "counted", "95 % interval"), rows, widths, numbers=(1, 2), strong=(0,))
    yield pieces.small(f"{view.coverage} Counts are cells seen, not concentrations.")


def _differential(found: DifferentialView | None, width: float) -> Iterator[Flowable]:
    yield pieces.heading("White-cell differential")
    if found is None:
        yield pieces.paragraph(_UNAVAILABLE)
        return
    yield pieces.paragraph(f"n = {found.identified:,} identified white cells")
    rows = [_type_cells(row) for row in found.rows]
    rows.append(("Unidentified", f"{found.unidentified:,}", "", ""))
    nrbc = NOT_AVAILABLE if found.nrbc is None else f"{found.nrbc:,}"
    rows.append(("NRBC", nrbc, "", f"{found.nrbc_per_100_wbc} per 100 WBC" if found.nrbc_per_100_wbc else ""))
    widths = (width * 0.4, width * 0.16, width * 0.14, width * 0.3)
    yield from pieces.table(("Type", "n", "%", "95 % interval"), rows, widths, numbers=(1, 2, 3))
    for caution in found.cautions:
        yield pieces.small(caution)


def _morphology(view: ReportView, width: float) -> Iterator[Flowable]:
    found: MorphologyView | None = view.morphology
    yield pieces.heading("Red-cell morphology")
    if found is None:
        yield pieces.paragraph(_UNAVAILABLE)
        return
    yield pieces.paragraph(f"n = {found.categorised:,} categorised red cells")
    rows = [(*_type_cells(row), row.grade or row.ungraded or "") for row in found.rows]
    rows.append(("Uncategorised", f"{found.uncategorised:,}", "", "", ""))
    widths = (width * 0.31, width * 0.11, width * 0.13, width * 0.23, width * 0.22)
    yield from pieces.table(("Type", "n", "%", "95 % interval", "Grade"), rows, widths, numbers=(1, 2, 3))
    for text in (*found.cautions, *found.withheld):
        yield pieces.small(text)


def _concentrations(view: ReportView, width: float) -> Iterator[Flowable]:
    figures = view.figures
    yield pieces.heading("Concentrations and ratios")
    ends = f" (95 % interval {figures.platelets_interval})" if figures.platelets_interval else ""
    yield pieces.paragraph(f"Platelets per 1000 red cells: {figures.platelets}{ends}")
    head = ("Quantity", "Value", "95 % interval", "Method", "Reference range")
    widths = (width * 0.2, width * 0.15, width * 0.15, width * 0.28, width * 0.22)
    given = [row for row in figures.rows if row.value is not None]
    if given:
        yield from pieces.table(head, [_figure_cells(row) for row in given], widths)
    for names, reason in view.not_available:
        yield pieces.small(f"Not available: {names}. {reason}")
    if figures.shares:
        yield from pieces.table(head, [_figure_cells(row) for row in figures.shares], widths)
    for caution in figures.cautions:
        yield pieces.small(caution)
    yield pieces.small(f"Reference ranges of the laboratory, version {figures.ranges_version}.")


def _figure_cells(row: FigureRow) -> tuple[str, str, str, str, str]:
    against = row.against
    told = ""
    if against is not None:
        flag = f": {against.position.upper()}" if against.is_outside and against.position else ""
        told = f"{against.range or 'no range'}{flag}. {against.note}".rstrip(". ")
    method = f"{row.method}; {row.basis}" if row.method else row.basis
    return row.name, f"{row.value} {row.unit}", row.interval or NOT_AVAILABLE, method, told


def _type_cells(row: TypeRow) -> tuple[str, str, str, str]:
    return row.name, f"{row.n:,}", row.percent or NOT_AVAILABLE, row.interval or ""


def _notices(view: ReportView, width: float) -> Iterator[Flowable]:
    words = "Warnings, acknowledged by the person who signed" if view.is_signed else "Warnings"
    yield pieces.heading(words)
    if view.notices:
        yield from pieces.facts(view.notices, width, label_width=width * 0.28)
    else:
        yield pieces.paragraph("None: every check before the signature passed.")


def _fields(view: ReportView, width: float) -> Iterator[Flowable]:
    yield pieces.heading("Images of the sample")
    head = ("", "Image", *CLASS_NAMES, "Persons, status, warnings")
    rows = [
        (str(field.position), f"{field.file_name}\n{field.size}", *field.counts, field.words)
        for field in view.fields[:MOST_FIELDS]
    ]
    widths = (width * 0.05, width * 0.27, *(width * 0.085 for _ in CLASS_NAMES), width * 0.34)
    yield from pieces.table(head, rows, widths, numbers=range(2, 2 + len(CLASS_NAMES)))
    if len(view.fields) > MOST_FIELDS:
        left = len(view.fields) - MOST_FIELDS
        yield pieces.small(f"{left:,} further images are not listed on paper; the report's JSON file names them all.")


def _signature(view: ReportView, width: float) -> Iterator[Flowable]:
    yield pieces.heading("Signature")
    if not view.is_signed:
        yield pieces.state("DRAFT – not signed. These figures may still change; do not file them.")
        return
    yield from pieces.facts((*view.signature, ("SHA-256", view.sha256 or NOT_AVAILABLE)), width)
    yield pieces.small(
        "Signed electronically with name and password. The hash is that of the report's JSON file; "
        "'bloodcount report verify' proves that it is as it was signed."
    )
