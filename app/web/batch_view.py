"""A batch's page: what it shows, and which of its parts have changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

from sqlalchemy.orm import Session

from app.schemas.base import Schema
from app.schemas.batches import BatchDetail, BatchFile, BatchFileStatus, BatchSample, BatchStatus
from app.schemas.samples import ImageStatus
from app.services.intake.batch_progress import batch_detail, batch_file_page_at, problem_files
from app.services.queue.queue_state import batch_seconds_to_go
from app.web.live import PageFragment, PageUpdate
from app.web.progress_view import to_go_words
from app.web.status_words import BATCH_STATUS_LABELS, FILE_STATE_LABELS
from app.web.templating import render_fragment

ROWS_ON_A_PAGE = 100
_PROBLEMS_SHOWN = 30
_SUMMARY, _ACTIONS = "summary", "actions"
_PENDING = (BatchFileStatus.AWAITED.value, ImageStatus.QUEUED.value, ImageStatus.COUNTING.value)


@dataclass(frozen=True, slots=True)
class Share:
    """How many files stand at one state, in words and with the symbol of that state."""

    state: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One sample of a batch: how many of its files are finished, and where the others stand."""

    sample: BatchSample
    finished: int
    shares: tuple[Share, ...]
    state: str
    version: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a batch."""

    file: BatchFile
    label: str
    version: str


@dataclass(frozen=True, slots=True)
class BatchView:
    """What a batch's page shows: the summary, and a page of its samples or of its files."""

    batch: BatchDetail
    title: str
    status_label: str
    status_text: str
    finished: int
    shares: tuple[Share, ...]
    problems: tuple[FileRow, ...]
    left_out: tuple[FileRow, ...]
    samples: tuple[SampleRow, ...]
    files: tuple[FileRow, ...]
    shows_files: bool
    page: int
    page_count: int
    is_pending: bool
    time_to_go: str
    can_cancel: bool
    can_retry: bool
    summary_version: str

    @property
    def actions_version(self) -> str:
        """Differs whenever other buttons would be drawn."""
        return f"{'cancel' if self.can_cancel else 'none'}-{'retry' if self.can_retry else 'none'}"


class BatchPlace(Schema):
    """Which part of a batch a page shows."""

    view: str = "samples"
    page: int = 1


def build_batch_view(session: Session, *, batch_id: int, place: BatchPlace) -> BatchView:
    """What the page of a batch shows now.

    Raises:
        BatchNotFound: There is no such batch.
    """
    batch = batch_detail(session, batch_id=batch_id)
    shows_files = place.view == "files"
    rows_total = batch.files_total + batch.archives_total if shows_files else len(batch.samples)
    page_count = max(1, -(-rows_total // ROWS_ON_A_PAGE))
    page = min(max(1, place.page), page_count)
    start = (page - 1) * ROWS_ON_A_PAGE
    files = batch_file_page_at(session, batch_id=batch_id, start=start, limit=ROWS_ON_A_PAGE) if shows_files else []
    problems = [_file_row(file) for file in problem_files(session, batch_id=batch_id, limit=_PROBLEMS_SHOWN)]
    samples = () if shows_files else batch.samples[start : start + ROWS_ON_A_PAGE]
    shares, number = shares_of(batch.files_by_state), batch.files_by_state.get
    is_counted = number(ImageStatus.QUEUED, 0) + number(ImageStatus.COUNTING, 0) > 0
    time_to_go = to_go_words(batch_seconds_to_go(session, batch_id=batch_id)) if is_counted else ""
    return BatchView(
        batch=batch,
        title=batch.name or f"Batch {batch.id}",
        status_label=BATCH_STATUS_LABELS[batch.status],
        status_text=_status_text(batch),
        finished=_finished(batch.files_by_state),
        shares=shares,
        problems=tuple(row for row in problems if row.file.status is not BatchFileStatus.SKIPPED),
        left_out=tuple(row for row in problems if row.file.status is BatchFileStatus.SKIPPED),
        samples=tuple(_sample_row(sample) for sample in samples),
        files=tuple(_file_row(file) for file in files),
        shows_files=shows_files,
        page=page,
        page_count=page_count,
        is_pending=batch.status in {BatchStatus.SENDING, BatchStatus.UNPACKING, BatchStatus.COUNTING},
        time_to_go=time_to_go,
        can_cancel=number(ImageStatus.QUEUED, 0) > 0,
        can_retry=number(ImageStatus.FAILED, 0) + number(ImageStatus.CANCELLED, 0) > 0,
        summary_version=_version(batch.status, batch.files_by_state, batch.archives_total, len(problems), time_to_go),
    )


def batch_update(view: BatchView, seen: Mapping[str, str]) -> PageUpdate:
    """What a page that shows ``seen`` has to replace."""
    fragments = []
    if seen.get(_SUMMARY) != view.summary_version:
        html = render_fragment("fragments/batch_summary.html", {"view": view})
        fragments.append(PageFragment(name=_SUMMARY, html=html))
    if seen.get(_ACTIONS) != view.actions_version:
        html = render_fragment("fragments/batch_actions.html", {"view": view})
        fragments.append(PageFragment(name=_ACTIONS, html=html))
    for sample in view.samples:
        name = f"sample-{sample.sample.id}"
        if seen.get(name) != sample.version:
            html = render_fragment("fragments/batch_sample_row.html", {"row": sample})
            fragments.append(PageFragment(name=name, html=html))
    for file in view.files:
        name = f"file-{file.file.id}"
        if seen.get(name) != file.version:
            fragments.append(
                PageFragment(name=name, html=render_fragment("fragments/batch_file_row.html", {"row": file}))
            )
    return PageUpdate(fragments=tuple(fragments), status_text=view.status_text, is_done=not view.is_pending)


def batch_versions(view: BatchView) -> dict[str, str]:
    """Every fragment of a page and the version in which it would be drawn now."""
    return (
        {_SUMMARY: view.summary_version, _ACTIONS: view.actions_version}
        | {f"sample-{row.sample.id}": row.version for row in view.samples}
        | {f"file-{row.file.id}": row.version for row in view.files}
    )


def shares_of(by_state: Mapping[str, int]) -> tuple[Share, ...]:
    """The states that files stand at, in the order in which a file passes through them."""
    return tuple(
        Share(state, label, by_state[state]) for state, label in FILE_STATE_LABELS.items() if by_state.get(state)
    )


def _sample_row(sample: BatchSample) -> SampleRow:
    finished = _finished(sample.files_by_state)
    if finished < sample.files_total:
        is_idle = finished == 0 and not sample.files_by_state.get(ImageStatus.COUNTING)
        state = "queued" if is_idle else "counting"
    else:
        state = "attention" if _problem_total(sample.files_by_state) else "ready"
    version = _version(sample.files_by_state, sample.sample_id)
    return SampleRow(sample, finished, shares_of(sample.files_by_state), state, version)


def _file_row(file: BatchFile) -> FileRow:
    label = FILE_STATE_LABELS.get(file.state, file.state)
    return FileRow(file, label, _version(file.state, file.received_bytes, file.image_id))


def _finished(by_state: Mapping[str, int]) -> int:
    return sum(number for state, number in by_state.items() if state not in _PENDING)


def _problem_total(by_state: Mapping[str, int]) -> int:
    fine = (*_PENDING, ImageStatus.COUNTED.value, BatchFileStatus.SKIPPED.value)
    return sum(number for state, number in by_state.items() if state not in fine)


def _status_text(batch: BatchDetail) -> str:
    total, counted = batch.files_total, batch.files_by_state.get(ImageStatus.COUNTED, 0)
    if not total and not batch.archives_total:
        return "No file was announced yet."
    text = f"{counted:,} of {total:,} files counted"
    awaited = batch.files_by_state.get(BatchFileStatus.AWAITED, 0)
    if awaited and batch.status is BatchStatus.SENDING:
        text += f", {awaited:,} still to be sent"
    problems = _problem_total(batch.files_by_state)
    if problems:
        text += f", {problems:,} not counted"
    skipped = batch.files_by_state.get(BatchFileStatus.SKIPPED, 0)
    if skipped:
        text += f", {skipped:,} left out"
    return text + "."


def _version(*parts: object) -> str:
    return f"{crc32(repr(parts).encode()):08x}"
