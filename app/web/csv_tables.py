"""Counts and cells as CSV tables that a spreadsheet opens safely."""

import csv
import io
from collections.abc import Iterable, Sequence

from app.schemas.result_record import CellEntry, ResultRecord
from app.schemas.reviews import ReviewedCellEntry, ReviewSummary
from app.schemas.samples import ImageStatus, SampleDetail, SampleStatus
from app.services.figures.count_columns import COUNT_COLUMNS, TYPE_COLUMNS, shown_counts, shown_types
from app.web.sample_view import ReadRecord
from app.web.subtype_words import class_code, confirmed_by

_SAMPLE_COLUMNS = ("patient_code", "sex", "age_value", "age_unit", "stain", "acquisition_profile")
"""What is known of the sample itself, the same in every line."""

_COUNTS_HEADER = (
    "accession_number",
    "image_id",
    "image",
    "status",
    *COUNT_COLUMNS,
    "reason",
    "counted_at",
    "model",
    "model_version",
    *TYPE_COLUMNS,
    "set_aside_at",
    *(f"cells_{done}_by_persons" for done in ("confirmed", "renamed", "added", "removed")),
    *_SAMPLE_COLUMNS,
    "signed",
)

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def sample_counts_csv(sample: SampleDetail, read_record: ReadRecord) -> str:
    """One line an image: its status, its counts, the model that counted it, its cells by type, when it was set aside.

    Every line ends with what is known of the sample, and whether it is signed: not while a correction of its report is
    open. Numbers are empty where nothing was counted, and *not available* where the weights cannot tell such cells.
    """
    of_sample = (*_sample_columns(sample), "yes" if sample.status is SampleStatus.SIGNED else "no")
    lines = []
    for image in sample.images:
        record = read_record(image.id) if image.status == ImageStatus.COUNTED else None
        reason = image.reason.message if image.reason else ""
        counted_at = image.counted_at.isoformat() if image.counted_at else ""
        model = (record.model.name, record.model.version) if record else ("", "")
        lines.append(
            (
                sample.accession_number,
                image.id,
                image.file_name,
                image.status.value,
                *shown_counts(record),
                reason,
                counted_at,
                *model,
                *shown_types(record),
                image.set_aside_at.isoformat() if image.set_aside_at else "",
                *_review_columns(image.review),
                *of_sample,
            )
        )
    return csv_table(_COUNTS_HEADER, lines)


def image_cells_csv(record: ResultRecord) -> str:
    """One line a cell: the code it is counted under, its box in pixels of the upright image, its score and its type."""
    header = (
        *("image", "class", "subtype", "x1_px", "y1_px", "x2_px", "y2_px", "score", "counted"),
        *("subtype_probability", "likeliest_subtype", "origin", "confirmed_by"),
    )
    return csv_table(header, (_cell_line(record.image, cell) for cell in record.cells))


def _cell_line(image: str, cell: CellEntry) -> tuple[object, ...]:
    probability = "" if cell.subtype_probability is None else cell.subtype_probability
    is_counted = "yes" if cell.counted else "no"
    origin = cell.origin if isinstance(cell, ReviewedCellEntry) else "network"
    score = "" if origin == "person" else cell.score  # the network gave it none
    place = (image, class_code(cell), cell.subtype or "", *cell.box, score, is_counted)
    return (*place, probability, cell.likeliest_subtype or "", origin, confirmed_by(cell) or "")


def _sample_columns(sample: SampleDetail) -> list[object]:
    profile = sample.acquisition_profile
    details = (*(getattr(sample, name) for name in _SAMPLE_COLUMNS[:-1]), profile.name if profile else None)
    return ["" if value is None else value for value in details]


def _review_columns(review: ReviewSummary | None) -> tuple[int, int, int, int]:
    if review is None:
        return (0, 0, 0, 0)
    return review.confirmed, review.relabelled, review.added, review.removed


def csv_table(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A table that a spreadsheet opens without running anything in it."""
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
