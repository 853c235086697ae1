"""How ``bloodcount count`` writes results to standard output: a table, JSON lines, or CSV."""

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from app.schemas.result_record import ResultRecord
from app.services.figures.count_columns import (
    COUNT_COLUMNS,
    NOT_AVAILABLE,
    TYPE_COLUMNS,
    shown_counts,
    shown_types,
    types_in_words,
)

_UNDEFINED = "–"
_TABLE_FOOTER = (
    f"{_UNDEFINED}: not available.",
    "Counts and types are the network's suggestion, for research use; a person reviews every count.",
)


class OutputFormat(StrEnum):
    """How results are written to standard output."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


def write_records(records: Iterator[ResultRecord], output_format: OutputFormat) -> int:
    """Write the records as they come, and give the number of refused images."""
    return _WRITERS[output_format](records)


def _write_jsonl(records: Iterator[ResultRecord]) -> int:
    refused = 0
    for record in records:
        sys.stdout.write(record.model_dump_json(by_alias=True) + "\n")
        sys.stdout.flush()
        refused += record.status == "refused"
    return refused


def _write_csv(records: Iterator[ResultRecord]) -> int:
    refused = 0
    sys.stdout.write(_csv_line(["image", "status", *COUNT_COLUMNS, "warnings", "reason", "weights", *TYPE_COLUMNS]))
    for record in records:
        sys.stdout.write(
            _csv_line(
                [
                    record.image,
                    record.status,
                    *shown_counts(record),
                    " ".join(warning.code for warning in record.warnings),
                    record.reason.message if record.reason else "",
                    f"{record.model.name} {record.model.version}",
                    *shown_types(record),
                ]
            )
        )
        refused += record.status == "refused"
    return refused


def _csv_line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _write_table(records: Iterator[ResultRecord]) -> int:
    numbers = (Column(code, justify="right") for code in COUNT_COLUMNS)
    types = (Column("white cells by type"), Column("red cells by type"))
    table = Table(*numbers, *types, Column("image", overflow="fold"))
    remarks: list[str] = []
    refused = 0
    for record in records:
        table.add_row(*_table_cells(record), escape(record.image))
        notices = (*((record.reason,) if record.reason else ()), *record.warnings)
        remarks.extend(f"{record.image}: {notice.message}" for notice in notices)
        refused += record.status == "refused"
    console = Console(file=sys.stdout)
    console.print(table)
    for remark in (*remarks, *_TABLE_FOOTER):
        console.print(remark, markup=False, highlight=False, soft_wrap=True)
    return refused


def _table_cells(record: ResultRecord) -> list[str]:
    """Counts and types as people may see them, a dash for a refused image and for what the weights cannot tell."""
    counts = [_UNDEFINED if value in ("", NOT_AVAILABLE) else str(value) for value in shown_counts(record)]
    return counts + [words or _UNDEFINED for words in types_in_words(record)]


_WRITERS: dict[OutputFormat, Callable[[Iterator[ResultRecord]], int]] = {
    OutputFormat.TABLE: _write_table,
    OutputFormat.JSONL: _write_jsonl,
    OutputFormat.CSV: _write_csv,
}
