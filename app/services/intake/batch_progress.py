"""Where a batch stands: over all its files, for each of its samples, and for each file."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.db.records import BatchRecord
from app.db.repositories import batch_files, batches
from app.db.repositories.batch_files import ARCHIVE_STATUSES, FileRow, StateCount
from app.errors import InvalidInput
from app.schemas.batches import (
    BatchDetail,
    BatchFile,
    BatchFilePage,
    BatchFileStatus,
    BatchPage,
    BatchSample,
    BatchStatus,
    BatchSummary,
    GroupingRule,
    ManifestRow,
)
from app.schemas.samples import ImageStatus
from app.services.cursors import decode_cursor, encode_cursor
from app.services.intake.grouping import is_archive
from app.services.intake.manifests import match_manifest
from model.types import Notice

LARGEST_PAGE = 1_000
LARGEST_BATCH_PAGE = 200
_PENDING_IMAGES = frozenset({ImageStatus.QUEUED, ImageStatus.COUNTING})
_FINE = frozenset({ImageStatus.COUNTED.value, BatchFileStatus.SKIPPED.value})
"""States of a finished file that call for nobody: counted, or left out because it is no photograph or there already."""


def batch_detail(session: Session, *, batch_id: int) -> BatchDetail:
    """A batch with its samples and the rows of its manifest that match no file.

    Raises:
        BatchNotFound: There is no such batch.
    """
    batch = batches.get_batch(session, batch_id)
    groups = batches.list_groups(session, batch_id)
    counts = batch_files.count_states(session, [batch_id])
    summary = _summary(batch, counts)
    samples = tuple(
        BatchSample(
            id=group.id,
            accession_number=group.accession_number,
            note=group.note,
            sample_id=group.sample_id,
            files_total=sum(by_state.values()),
            files_by_state=by_state,
        )
        for group in groups
        for by_state in [_by_state([count for count in counts if count.batch_sample_id == group.id])]
    )
    return BatchDetail(
        **dict(summary),
        rule=GroupingRule.model_validate(batch.rule),
        samples=samples,
        rows_without_file=_rows_without_file(session, batch),
    )


def batch_history(session: Session, *, after: str | None = None, limit: int = 50) -> BatchPage:
    """A page of batches, newest first; ``after`` is the ``next_cursor`` of the page before.

    Raises:
        InvalidInput: The cursor is none that a page gave, or the limit is out of range.
    """
    if not 1 <= limit <= LARGEST_BATCH_PAGE:
        raise InvalidInput("limit", f"A page has 1 to {LARGEST_BATCH_PAGE} batches, not {limit}.")
    found = batches.list_batches(session, before=decode_cursor(after) if after else None, limit=limit + 1)
    page = found[:limit]
    counts = batch_files.count_states(session, [batch.id for batch in page])
    items = tuple(_summary(batch, [count for count in counts if count.batch_id == batch.id]) for batch in page)
    next_cursor = encode_cursor(page[-1].created_at, page[-1].id) if len(found) > limit else None
    return BatchPage(items=items, next_cursor=next_cursor)


def batch_file_page(
    session: Session,
    *,
    batch_id: int,
    after: int = 0,
    limit: int = 200,
    status: BatchFileStatus | None = None,
) -> BatchFilePage:
    """Files of a batch in the order they were announced, those after file number ``after``.

    Raises:
        BatchNotFound: There is no such batch.
        InvalidInput: The limit is out of range.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput("limit", f"A page has 1 to {LARGEST_PAGE} files, not {limit}.")
    batches.get_batch(session, batch_id)
    rows = batch_files.list_rows(
        session,
        batch_id=batch_id,
        after_id=max(0, after),
        limit=limit + 1,
        status=status,
    )
    page = rows[:limit]
    return BatchFilePage(
        items=tuple(_shown(row) for row in page), next_after=page[-1].file.id if len(rows) > limit else None
    )


def batch_file_page_at(session: Session, *, batch_id: int, start: int, limit: int) -> list[BatchFile]:
    """Files of a batch in the order they were announced, ``start`` of them left out."""
    return [
        _shown(row) for row in batch_files.list_rows(session, batch_id=batch_id, after_id=0, skip=start, limit=limit)
    ]


def problem_files(session: Session, *, batch_id: int, limit: int) -> list[BatchFile]:
    """Files of a batch that will not be counted, those with a fault first."""
    return [_shown(row) for row in batch_files.list_problem_rows(session, batch_id=batch_id, limit=limit)]


def shown_files(session: Session, *, batch_id: int, file_ids: Sequence[int]) -> list[BatchFile]:
    """Files of a batch that are known to exist, in the order of the numbers given."""
    rows = {row.file.id: row for row in batch_files.find_rows(session, batch_id=batch_id, file_ids=file_ids)}
    return [_shown(rows[file_id]) for file_id in file_ids]


def shown_file(session: Session, *, batch_id: int, file_id: int) -> BatchFile:
    """One file of a batch.

    Raises:
        BatchFileNotFound: The batch has none of this number.
    """
    batch_files.get_file(session, batch_id=batch_id, file_id=file_id)
    return shown_files(session, batch_id=batch_id, file_ids=[file_id])[0]


def batch_status(by_state: Mapping[str, int], *, is_open: bool, is_unpacking: bool) -> BatchStatus:
    """Where a batch stands, told from how many of its files stand where."""
    present = {state for state, number in by_state.items() if number}
    if is_open:
        return BatchStatus.SENDING
    if is_unpacking or BatchFileStatus.AWAITED in present:
        return BatchStatus.UNPACKING
    if present & _PENDING_IMAGES:
        return BatchStatus.COUNTING
    if not present:
        return BatchStatus.EMPTY
    return BatchStatus.READY if present <= _FINE else BatchStatus.ATTENTION


def _summary(batch: BatchRecord, counts: Sequence[StateCount]) -> BatchSummary:
    by_state = _by_state(counts)
    is_unpacking = any(count.status is BatchFileStatus.UNPACKING for count in counts)
    return BatchSummary(
        id=batch.id,
        name=batch.name,
        status=batch_status(by_state, is_open=batch.completed_at is None, is_unpacking=is_unpacking),
        created_at=batch.created_at,
        completed_at=batch.completed_at,
        files_total=sum(by_state.values()),
        archives_total=sum(count.number for count in counts if count.status in ARCHIVE_STATUSES),
        samples_total=len({count.batch_sample_id for count in counts} - {None}),
        files_by_state=by_state,
    )


def _by_state(counts: Sequence[StateCount]) -> dict[str, int]:
    """How many files stand where; ZIP files are left out, because their members are counted."""
    by_state: dict[str, int] = {}
    for count in counts:
        if count.status not in ARCHIVE_STATUSES:
            state = _state(count.status, count.image_status)
            by_state[state] = by_state.get(state, 0) + count.number
    return by_state


def _state(status: BatchFileStatus, image_status: ImageStatus | None) -> str:
    is_image = status is BatchFileStatus.ACCEPTED and image_status is not None
    return image_status.value if is_image and image_status else status.value


def _shown(row: FileRow) -> BatchFile:
    file = row.file
    own = Notice(file.reason_code, file.reason_message) if file.reason_code and file.reason_message else None
    return BatchFile(
        id=file.id,
        path=file.path,
        byte_size=file.byte_size,
        received_bytes=file.received_bytes,
        status=file.status,
        state=_state(file.status, row.image_status),
        accession_number=row.accession_number,
        image_id=file.image_id,
        sample_id=row.sample_id,
        reason=own or (row.image_reason if file.status is BatchFileStatus.ACCEPTED else None),
    )


def _rows_without_file(session: Session, batch: BatchRecord) -> tuple[ManifestRow, ...]:
    if not batch.manifest:
        return ()
    paths = [path for path in batch_files.list_paths(session, batch.id) if not is_archive(path)]
    return match_manifest(paths, [ManifestRow.model_validate(row) for row in batch.manifest]).rows_without_file
