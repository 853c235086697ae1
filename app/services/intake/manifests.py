"""CSV manifests: tables that say which file belongs to which sample."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from pydantic import ValidationError

from app.errors import InvalidInput
from app.schemas.batches import ManifestRow
from app.schemas.samples import NewSample
from app.services.intake.manifest_details import DetailReader, Profiles, detail_columns, require_agreement

_FILE_NAMES = frozenset({"file", "filename", "image", "path"})
_NUMBER_NAMES = frozenset({"accession", "accessionnumber", "sample"})
_NOTE_NAMES = frozenset({"note", "notes", "comment"})
_DELIMITERS = ",;\t"
_MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ManifestMatch:
    """Which row each path has, the rows that fit no path, and those that fit several."""

    row_of: dict[str, ManifestRow]
    rows_without_file: tuple[ManifestRow, ...]
    ambiguous_rows: tuple[ManifestRow, ...]


def read_manifest(text: str, profiles: Profiles) -> list[ManifestRow]:
    """The rows of a manifest: a header with a file name and an accession number, in any order.

    It may have a note and what is known of the sample as well; acquisition ``profiles`` are told by their name.

    Raises:
        InvalidInput: It has no such header, too many rows, a row that cannot be used, or rows that contradict each
            other; it names the line.
    """
    text = text.removeprefix("\ufeff")
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=header_line.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = [(reader.line_num, row) for row in islice(reader, _MAX_ROWS + 2) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise _unusable(f"The manifest is no CSV file near line {reader.line_num} ({error}); save it again.") from error
    if not lines:
        raise _unusable("The manifest is empty; give it a header line and one line for each file.")
    header = lines[0][1]
    places = _columns(header)
    details = DetailReader(header, detail_columns(header), profiles)
    if len(lines) - 1 > _MAX_ROWS:
        raise _unusable(f"The manifest has more than {_MAX_ROWS:,} rows; send the files in several batches.")
    rows = [_row(line, row, places, details) for line, row in lines[1:]]
    require_agreement(rows, profiles)
    return rows


def match_manifest(paths: Sequence[str], rows: Iterable[ManifestRow]) -> ManifestMatch:
    """Find each row's file: a path that equals it or ends with it, whatever folders come before and in any case."""
    by_tail: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        parts = path.lower().split("/")
        for start in range(len(parts)):
            by_tail["/".join(parts[start:])].append(path)
    row_of: dict[str, ManifestRow] = {}
    missing, ambiguous = [], []
    for row in rows:
        found = by_tail.get(_tail(row.file), [])
        exact = [path for path in found if path.lower() == _tail(row.file)]
        fits = exact or found
        if not fits:
            missing.append(row)
        elif len(fits) > 1 or fits[0] in row_of:
            ambiguous.append(row)
        else:
            row_of[fits[0]] = row
    return ManifestMatch(row_of, tuple(missing), tuple(ambiguous))


def _tail(file: str) -> str:
    return "/".join(part for part in file.replace("\\", "/").lower().split("/") if part not in {"", "."})


def _columns(header: Sequence[str]) -> tuple[int, int, int | None]:
    plain = ["".join(filter(str.isalnum, name.lower())) for name in header]
    file_at = next((at for at, name in enumerate(plain) if name in _FILE_NAMES), None)
    number_at = next((at for at, name in enumerate(plain) if name in _NUMBER_NAMES), None)
    if file_at is None or number_at is None:
        shown = ", ".join(name.strip() for name in header)[:200]
        raise _unusable(
            f"The manifest's first line is {shown!r}; it needs a column 'file name' and a column 'accession number'."
        )
    return file_at, number_at, next((at for at, name in enumerate(plain) if name in _NOTE_NAMES), None)


def _row(line: int, row: Sequence[str], places: tuple[int, int, int | None], details: DetailReader) -> ManifestRow:
    file_at, number_at, note_at = places
    cells = [cell.strip() for cell in row] + [""] * (max(file_at, number_at, note_at or 0) + 1 - len(row))
    if not cells[file_at]:
        raise _unusable(f"Line {line} of the manifest names no file; fill it in or delete the line.")
    try:
        sample = NewSample(accession_number=cells[number_at], note=None if note_at is None else cells[note_at])
    except ValidationError as error:
        message = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise _unusable(f"Line {line} of the manifest cannot be used. {message}") from error
    return ManifestRow(
        line=line,
        file=cells[file_at],
        accession_number=sample.accession_number,
        note=sample.note,
        details=details.read(line, cells),
    )


def _unusable(message: str) -> InvalidInput:
    return InvalidInput("manifest", message)
