"""Queries about field images: add, find, list, and move on from status to status."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session, defer

from app.db.base import LARGEST_ID, utc_now
from app.db.inserting import insert_unless_present
from app.db.records import AnalysisRecord, FieldImageRecord, ReviewRecord
from app.errors import ImageNotFound
from app.schemas.samples import UNFINISHED, ImageStatus
from model.types import Notice

RETRIABLE = (ImageStatus.FAILED, ImageStatus.CANCELLED)
"""Statuses of an image that can be queued anew."""

WITHOUT_COUNTS = (ImageStatus.REFUSED, ImageStatus.FAILED, ImageStatus.CANCELLED)
"""Statuses of a finished image that has no counts; only these can be set aside."""


@dataclass(frozen=True, slots=True)
class WaitingImage:
    """An accepted image that is not finished, and what its job is called by."""

    image_id: int
    job_round: int
    priority: int


def add_image(session: Session, record: FieldImageRecord) -> int | None:
    """Add an image to its sample and return its id; None when the sample has the very same image already."""
    return insert_unless_present(session, record)


def get_image(session: Session, image_id: int) -> FieldImageRecord:
    """The image with this number.

    Raises:
        ImageNotFound: There is none.
    """
    record = session.get(FieldImageRecord, image_id) if 0 < image_id <= LARGEST_ID else None
    if record is None:
        raise ImageNotFound(image_id)
    return record


def find_equal_image(session: Session, *, sample_id: int, sha256: str) -> FieldImageRecord | None:
    """The image of the sample with exactly these bytes."""
    query = select(FieldImageRecord).where(FieldImageRecord.sample_id == sample_id, FieldImageRecord.sha256 == sha256)
    return session.scalar(query)


def list_images(
    session: Session, sample_id: int
) -> list[tuple[FieldImageRecord, AnalysisRecord | None, ReviewRecord | None]]:
    """The images of a sample in upload order, each with its newest analysis and what persons made of it.

    The result records are left in the database until they are asked for: they are megabytes, and an open page asks
    for this list several times a second.
    """
    newest = (
        select(func.max(AnalysisRecord.id))
        .where(AnalysisRecord.image_id == FieldImageRecord.id)
        .correlate(FieldImageRecord)
        .scalar_subquery()
    )
    query = (
        select(FieldImageRecord, AnalysisRecord, ReviewRecord)
        .outerjoin(AnalysisRecord, AnalysisRecord.id == newest)
        .outerjoin(ReviewRecord, and_(ReviewRecord.analysis_id == AnalysisRecord.id, ReviewRecord.revision > 0))
        .where(FieldImageRecord.sample_id == sample_id)
        .order_by(FieldImageRecord.id)
        .options(defer(AnalysisRecord.result_json))
    )
    return [(image, analysis, review) for image, analysis, review in session.execute(query)]


def image_signatures(session: Session, sample_ids: Sequence[int]) -> dict[int, tuple[object, ...]]:
    """For every sample with images: what differs whenever one of its images is new, has changed or was edited.

    Numbers that no sample can have are passed over: one page that asks for such a one must not stop all the others.
    """
    sample_ids = [sample_id for sample_id in sample_ids if 0 < sample_id <= LARGEST_ID]
    query = (
        select(
            FieldImageRecord.sample_id,
            FieldImageRecord.status,
            func.count(),
            func.count(FieldImageRecord.set_aside_at),
            func.max(FieldImageRecord.changed_at),
        )
        .where(FieldImageRecord.sample_id.in_(sample_ids))
        .group_by(FieldImageRecord.sample_id, FieldImageRecord.status)
        .order_by(FieldImageRecord.sample_id, FieldImageRecord.status)
    )
    signatures: dict[int, tuple[object, ...]] = {}
    for sample_id, *parts in session.execute(query):
        signatures[sample_id] = (*signatures.get(sample_id, ()), *parts)
    # Revisions only grow, so that an edit always changes their sum.
    edits = (
        select(FieldImageRecord.sample_id, func.sum(ReviewRecord.revision))
        .join(AnalysisRecord, AnalysisRecord.image_id == FieldImageRecord.id)
        .join(ReviewRecord, ReviewRecord.analysis_id == AnalysisRecord.id)
        .where(FieldImageRecord.sample_id.in_(sample_ids))
        .group_by(FieldImageRecord.sample_id)
    )
    for sample_id, revisions in session.execute(edits):
        signatures[sample_id] = (*signatures[sample_id], int(revisions))
    return signatures


def list_unfinished(session: Session, *, after_id: int, limit: int) -> list[WaitingImage]:
    """Unfinished images with a number above ``after_id``, in the order of their numbers."""
    columns = (FieldImageRecord.id, FieldImageRecord.job_round, FieldImageRecord.priority)
    query = (
        select(*columns)
        .where(FieldImageRecord.status.in_(UNFINISHED), FieldImageRecord.id > after_id)
        .order_by(FieldImageRecord.id)
        .limit(limit)
    )
    return [WaitingImage(*row) for row in session.execute(query)]


def list_ids(session: Session, *, sample_id: int, statuses: Sequence[ImageStatus]) -> list[int]:
    """The numbers of a sample's images that stand at one of these statuses, in upload order."""
    query = select(FieldImageRecord.id).where(
        FieldImageRecord.sample_id == sample_id, FieldImageRecord.status.in_(statuses)
    )
    return list(session.scalars(query.order_by(FieldImageRecord.id)))


def set_priority(session: Session, image_id: int, priority: int) -> None:
    """Let an image be counted before or after others."""
    session.execute(update(FieldImageRecord).where(FieldImageRecord.id == image_id).values(priority=priority))


def start_new_round(
    session: Session, image_id: int, *, from_statuses: Sequence[ImageStatus], forget_attempts: bool
) -> int | None:
    """Queue an image anew and return the number of its new job round.

    None when it does not stand at one of ``from_statuses``, so that no finished image is counted twice.
    """
    statement = (
        update(FieldImageRecord)
        .where(FieldImageRecord.id == image_id, FieldImageRecord.status.in_(from_statuses))
        .values(
            status=ImageStatus.QUEUED,
            attempts=0 if forget_attempts else FieldImageRecord.attempts,
            job_round=FieldImageRecord.job_round + 1,
            reason_code=None,
            reason_message=None,
            queued_at=utc_now(),
            started_at=None,
            changed_at=utc_now(),
            set_aside_at=None,
        )
        .returning(FieldImageRecord.job_round)
    )
    return session.execute(statement).scalar_one_or_none()


def start_counting(session: Session, image_id: int, *, job_round: int | None = None) -> int | None:
    """Note a further start of an image's counting and return how many there were.

    None when it is finished, or cancelled, or waits for the job of another round than ``job_round``.
    """
    now = utc_now()
    statement = (
        update(FieldImageRecord)
        .where(FieldImageRecord.id == image_id, FieldImageRecord.status.in_(UNFINISHED))
        .values(status=ImageStatus.COUNTING, attempts=FieldImageRecord.attempts + 1, started_at=now, changed_at=now)
        .returning(FieldImageRecord.attempts)
    )
    if job_round is not None:
        statement = statement.where(FieldImageRecord.job_round == job_round)
    return session.execute(statement).scalar_one_or_none()


def take_back_start(session: Session, image_id: int) -> None:
    """Undo ``start_counting`` for an image whose counting was stopped in good order."""
    session.execute(
        update(FieldImageRecord)
        .where(
            FieldImageRecord.id == image_id,
            FieldImageRecord.status == ImageStatus.COUNTING,
            FieldImageRecord.attempts > 0,
        )
        .values(status=ImageStatus.QUEUED, attempts=FieldImageRecord.attempts - 1, changed_at=utc_now())
    )


def finish_image(
    session: Session,
    image_id: int,
    *,
    status: ImageStatus,
    reason: Notice | None = None,
    warnings: Sequence[Notice] = (),
    unidentified_cells: int = 0,
) -> bool:
    """Close an unfinished image; False when it is finished already, and then nothing is changed."""
    statement = (
        update(FieldImageRecord)
        .where(FieldImageRecord.id == image_id, FieldImageRecord.status.in_(UNFINISHED))
        .values(
            status=status,
            reason_code=reason.code if reason else None,
            reason_message=reason.message if reason else None,
            warnings=[asdict(warning) for warning in warnings],
            warning_count=len(warnings),
            unidentified_cells=unidentified_cells,
            changed_at=utc_now(),
        )
        .returning(FieldImageRecord.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def cancel_queued(session: Session, *, image_id: int | None = None, sample_id: int | None = None) -> list[int]:
    """Cancel the images that wait, of one number or of one sample, and return their numbers.

    The status is part of the one statement: an image that a worker starts at this moment is either cancelled before
    and never started, or not cancelled.
    """
    statement = (
        update(FieldImageRecord)
        .where(FieldImageRecord.status == ImageStatus.QUEUED)
        .values(status=ImageStatus.CANCELLED, changed_at=utc_now())
        .returning(FieldImageRecord.id)
    )
    if image_id is not None:
        statement = statement.where(FieldImageRecord.id == image_id)
    if sample_id is not None:
        statement = statement.where(FieldImageRecord.sample_id == sample_id)
    return sorted(session.scalars(statement))


def set_aside(session: Session, image_id: int, *, is_aside: bool) -> bool:
    """Set a finished image without counts aside, or take it back; False when there was nothing to change."""
    was = FieldImageRecord.set_aside_at.is_(None) if is_aside else FieldImageRecord.set_aside_at.is_not(None)
    statement = (
        update(FieldImageRecord)
        .where(FieldImageRecord.id == image_id, FieldImageRecord.status.in_(WITHOUT_COUNTS), was)
        .values(set_aside_at=utc_now() if is_aside else None)
        .returning(FieldImageRecord.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None
