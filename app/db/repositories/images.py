"""Queries about field images: add, find, list, and move on from status to status."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, defer

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import AnalysisRecord, FieldImageRecord
from app.errors import ImageNotFound
from app.schemas.samples import ImageStatus
from model.types import Notice

UNFINISHED = (ImageStatus.QUEUED, ImageStatus.COUNTING)
"""Statuses of an image that still waits for its counts."""


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


def list_images(session: Session, sample_id: int) -> list[tuple[FieldImageRecord, AnalysisRecord | None]]:
    """The images of a sample in upload order, each with its newest analysis.

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
        select(FieldImageRecord, AnalysisRecord)
        .outerjoin(AnalysisRecord, AnalysisRecord.id == newest)
        .where(FieldImageRecord.sample_id == sample_id)
        .order_by(FieldImageRecord.id)
        .options(defer(AnalysisRecord.result_json))
    )
    return [(image, analysis) for image, analysis in session.execute(query)]


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
        )
        .returning(FieldImageRecord.job_round)
    )
    return session.execute(statement).scalar_one_or_none()


def start_counting(session: Session, image_id: int) -> int | None:
    """Note a further start of an image's counting and return how many there were; None when it is finished."""
    statement = (
        update(FieldImageRecord)
        .where(FieldImageRecord.id == image_id, FieldImageRecord.status.in_(UNFINISHED))
        .values(status=ImageStatus.COUNTING, attempts=FieldImageRecord.attempts + 1)
        .returning(FieldImageRecord.attempts)
    )
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
        .values(status=ImageStatus.QUEUED, attempts=FieldImageRecord.attempts - 1)
    )


def finish_image(
    session: Session,
    image_id: int,
    *,
    status: ImageStatus,
    reason: Notice | None = None,
    warnings: Sequence[Notice] = (),
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
        )
        .returning(FieldImageRecord.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None
