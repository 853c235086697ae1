"""Queries about the images that came with a batch."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.db.records import BatchFileRecord, FieldImageRecord
from app.schemas.batches import BatchFileStatus
from app.schemas.samples import ImageStatus


def image_is_in(batch_id: int) -> ColumnElement[bool]:
    """Whether an image came with a batch; one that another upload had brought already did not."""
    came = select(BatchFileRecord.image_id).where(
        BatchFileRecord.batch_id == batch_id,
        BatchFileRecord.status == BatchFileStatus.ACCEPTED,
        BatchFileRecord.image_id.is_not(None),
    )
    return FieldImageRecord.id.in_(came)


def list_image_ids(session: Session, batch_id: int, statuses: Sequence[ImageStatus]) -> list[int]:
    """The numbers of a batch's images that stand at one of these statuses, in the order of their upload."""
    query = select(FieldImageRecord.id).where(image_is_in(batch_id), FieldImageRecord.status.in_(statuses))
    return list(session.scalars(query.order_by(FieldImageRecord.id)))
