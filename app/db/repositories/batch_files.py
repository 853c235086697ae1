"""Queries about the files of batches: announce, move on from status to status, count and list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select, update
from sqlalchemy.orm import Session

from app.batch_errors import BatchFileNotFound
from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import BatchFileRecord, BatchSampleRecord, FieldImageRecord
from app.db.repositories.leases import lease_row
from app.schemas.batches import BatchFileStatus
from app.schemas.samples import ImageStatus
from model.types import Notice

_IDS_AT_ONCE = 500
"""Databases take only so many values in one statement."""

_ShownColumns = Select[BatchFileRecord, str, ImageStatus, int | None, str | None, str | None]

ARCHIVE_STATUSES = (BatchFileStatus.UNPACKING, BatchFileStatus.UNPACKED)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file with the accession number of its group, and the status, sample and reason of its image."""

    file: BatchFileRecord
    accession_number: str | None
    image_status: ImageStatus | None
    sample_id: int | None
    image_reason: Notice | None


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many files of one group (None: of no sample) stand at one status; ``image_status`` where they are images."""

    batch_id: int
    batch_sample_id: int | None
    status: BatchFileStatus
    image_status: ImageStatus | None
    number: int


def add_file(session: Session, record: BatchFileRecord) -> int | None:
    """Announce a file and return its number; None when the batch has a file of this path already."""
    return insert_unless_present(session, record)


def get_file(session: Session, *, batch_id: int, file_id: int) -> BatchFileRecord:
    """The file with this number.

    Raises:
        BatchFileNotFound: The batch has none.
    """
    record = session.get(BatchFileRecord, file_id) if 0 < file_id <= LARGEST_ID else None
    if record is None or record.batch_id != batch_id:
        raise BatchFileNotFound(batch_id, file_id)
    return record


def get_file_by_path(session: Session, *, batch_id: int, path: str) -> BatchFileRecord:
    """The file of a path that is known to exist."""
    query = select(BatchFileRecord).where(BatchFileRecord.batch_id == batch_id, BatchFileRecord.path == path)
    return session.scalars(query).one()


def count_announced(session: Session, batch_id: int) -> int:
    """How many files of a batch were announced, those inside ZIP files not counted."""
    query = select(func.count()).where(BatchFileRecord.batch_id == batch_id, BatchFileRecord.archive_id.is_(None))
    return session.scalars(query).one()


def list_awaited(session: Session, batch_id: int) -> Sequence[int]:
    """The numbers of the announced files of a batch that have not arrived as a whole."""
    return session.scalars(select(BatchFileRecord.id).where(*_awaited(batch_id))).all()


def list_paths(session: Session, batch_id: int) -> list[str]:
    """The paths of all files of a batch."""
    return list(session.scalars(select(BatchFileRecord.path).where(BatchFileRecord.batch_id == batch_id)))


def list_members(session: Session, archive_id: int, *, status: BatchFileStatus) -> Sequence[BatchFileRecord]:
    """The members of a ZIP file that stand at a status, in the order of its table of contents."""
    query = (
        select(BatchFileRecord)
        .where(BatchFileRecord.archive_id == archive_id, BatchFileRecord.status == status)
        .order_by(BatchFileRecord.id)
    )
    return session.scalars(query).all()


def count_states(session: Session, batch_ids: Sequence[int]) -> list[StateCount]:
    """How many files of every batch and group stand where."""
    keys = (
        BatchFileRecord.batch_id,
        BatchFileRecord.batch_sample_id,
        BatchFileRecord.status,
        FieldImageRecord.status,
    )
    query = (
        select(*keys, func.count())
        .outerjoin(FieldImageRecord, FieldImageRecord.id == BatchFileRecord.image_id)
        .where(BatchFileRecord.batch_id.in_(batch_ids))
        .group_by(*keys)
    )
    return [StateCount(*row) for row in session.execute(query)]


def find_rows(session: Session, *, batch_id: int, file_ids: Sequence[int]) -> list[FileRow]:
    """Files of a batch as they are shown."""
    return [
        row
        for start in range(0, len(file_ids), _IDS_AT_ONCE)
        for row in _rows(
            session,
            _shown().where(*_is_of(batch_id), BatchFileRecord.id.in_(file_ids[start : start + _IDS_AT_ONCE])),
        )
    ]


def list_rows(
    session: Session,
    *,
    batch_id: int,
    after_id: int,
    limit: int,
    skip: int = 0,
    status: BatchFileStatus | None = None,
) -> list[FileRow]:
    """Files of a batch as they are shown, in the order of their numbers; none behind the largest number there is."""
    query = _shown().where(*_is_of(batch_id), BatchFileRecord.id > min(after_id, LARGEST_ID))
    if status is not None:
        query = query.where(BatchFileRecord.status == status)
    return _rows(session, query.order_by(BatchFileRecord.id).offset(min(skip, LARGEST_ID)).limit(limit))


def list_problem_rows(session: Session, *, batch_id: int, limit: int) -> list[FileRow]:
    """Files of a batch that will not be counted, or were tried in vain, in the order of their numbers."""
    bad_files = (BatchFileStatus.REFUSED, BatchFileStatus.SKIPPED, BatchFileStatus.ABANDONED)
    bad_images = (ImageStatus.REFUSED, ImageStatus.FAILED)
    query = _shown().where(
        *_is_of(batch_id), or_(BatchFileRecord.status.in_(bad_files), FieldImageRecord.status.in_(bad_images))
    )
    # What went wrong comes before what was left out on purpose.
    order = case((BatchFileRecord.status == BatchFileStatus.SKIPPED, 1), else_=0)
    return _rows(session, query.order_by(order, BatchFileRecord.id).limit(limit))


def move_on(
    session: Session,
    file_id: int,
    *,
    from_status: BatchFileStatus,
    to_status: BatchFileStatus,
    reason: Notice | None = None,
    image_id: int | None = None,
) -> bool:
    """Change a file's status; False when it does not stand at ``from_status`` any more, and then nothing is changed."""
    values: dict[str, object] = {"status": to_status, "image_id": image_id}
    if reason is not None:
        values |= {"reason_code": reason.code, "reason_message": reason.message}
    if to_status is BatchFileStatus.ACCEPTED:
        values["received_bytes"] = BatchFileRecord.byte_size
    return _changed(session, file_id, values, BatchFileRecord.status == from_status)


def set_image(session: Session, file_id: int, image_id: int) -> None:
    """Tell which image a file became, or equals."""
    session.execute(update(BatchFileRecord).where(BatchFileRecord.id == file_id).values(image_id=image_id))


def advance(session: Session, file_id: int, *, from_bytes: int, to_bytes: int) -> bool:
    """Note that more of an awaited file has arrived; False when it stands elsewhere by now, and nothing is changed."""
    return _changed(
        session,
        file_id,
        {"received_bytes": to_bytes},
        BatchFileRecord.status == BatchFileStatus.AWAITED,
        BatchFileRecord.received_bytes == from_bytes,
    )


def resize(session: Session, file_id: int, *, byte_size: int) -> bool:
    """Announce another size for a file of which nothing has arrived; False when something has."""
    return _changed(
        session,
        file_id,
        {"byte_size": byte_size},
        BatchFileRecord.status == BatchFileStatus.AWAITED,
        BatchFileRecord.received_bytes == 0,
        BatchFileRecord.archive_id.is_(None),
    )


def lease_archive(session: Session, *, now: datetime, until: datetime) -> tuple[int, int] | None:
    """Take a ZIP file that waits to be unpacked, for a while; its number and how often that was begun."""
    is_packed = BatchFileRecord.status == BatchFileStatus.UNPACKING
    return lease_row(session, BatchFileRecord, is_packed, now=now, until=until)


def set_lease(session: Session, file_id: int, *, until: datetime | None) -> None:
    """Keep a leased ZIP file for longer, or let it go."""
    session.execute(update(BatchFileRecord).where(BatchFileRecord.id == file_id).values(leased_until=until))


def take_back_attempt(session: Session, file_id: int) -> None:
    """Let go of a ZIP file whose unpacking was stopped in good order, and undo the counting of its start."""
    session.execute(
        update(BatchFileRecord)
        .where(BatchFileRecord.id == file_id, BatchFileRecord.attempts > 0)
        .values(leased_until=None, attempts=BatchFileRecord.attempts - 1)
    )


def _awaited(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        *_is_of(batch_id),
        BatchFileRecord.status == BatchFileStatus.AWAITED,
        BatchFileRecord.archive_id.is_(None),
    )


def _is_of(batch_id: int) -> tuple[ColumnElement[bool]]:
    return (BatchFileRecord.batch_id == batch_id,)


def _shown() -> _ShownColumns:
    return (
        select(
            BatchFileRecord,
            BatchSampleRecord.accession_number,
            FieldImageRecord.status,
            BatchSampleRecord.sample_id,
            FieldImageRecord.reason_code,
            FieldImageRecord.reason_message,
        )
        .outerjoin(BatchSampleRecord, BatchSampleRecord.id == BatchFileRecord.batch_sample_id)
        .outerjoin(FieldImageRecord, FieldImageRecord.id == BatchFileRecord.image_id)
    )


def _rows(session: Session, query: _ShownColumns) -> list[FileRow]:
    return [
        FileRow(file, number, status, sample_id, Notice(code, message) if code and message else None)
        for file, number, status, sample_id, code, message in session.execute(query)
    ]


def _changed(session: Session, file_id: int, values: dict[str, object], *conditions: ColumnElement[bool]) -> bool:
    statement = (
        update(BatchFileRecord)
        .where(BatchFileRecord.id == file_id, *conditions)
        .values(**values)
        .returning(BatchFileRecord.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None
