"""Counts and cells as CSV tables that a spreadsheet opens safely."""

import csv
import io
from collections.abc import Iterable, Sequence

from app.schemas.counts import ClassCounts
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus, SampleDetail
from app.web.overlay import class_code
from app.web.sample_view import ReadRecord

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_COUNT_COLUMNS = ("RBC", "WBC", "PLT", "NRBC")


def sample_counts_csv(sample: SampleDetail, read_record: ReadRecord) -> str:
    """One line an image: its status, its counts (empty where not available) and the model that counted it."""
    header = (
        "accession_number",
        "image_id",
        "image",
        "status",
        *_COUNT_COLUMNS,
        "reason",
        "counted_at",
        "model",
        "model_version",
    )
    lines = []
    for image in sample.images:
        record = read_record(image.id) if image.status == ImageStatus.COUNTED else None
        counts = [_shown(image.counts, column) for column in _COUNT_COLUMNS]
        reason = image.reason.message if image.reason else ""
        counted_at = image.counted_at.isoformat() if image.counted_at else ""
        model = (record.model.name, record.model.version) if record else ("", "")
        lines.append(
            (
                sample.accession_number,
                image.id,
                image.file_name,
                image.status.value,
                *counts,
                reason,
                counted_at,
                *model,
            )
        )
    return _table(header, lines)


def _shown(counts: ClassCounts | None, column: str) -> int | str:
    value = counts.shown(column) if counts else None
    return "" if value is None else value


def image_cells_csv(record: ResultRecord) -> str:
    """One line a cell: the code it is counted under, its box in pixels of the upright image, and its score."""
    header = ("image", "class", "subtype", "x1_px", "y1_px", "x2_px", "y2_px", "score", "counted")
    return _table(
        header,
        (
            (record.image, class_code(cell), cell.subtype or "", *cell.box, cell.score, "yes" if cell.counted else "no")
            for cell in record.cells
        ),
    )


def _table(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows([_harmless(value) for value in line] for line in lines)
    return buffer.getvalue()


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
