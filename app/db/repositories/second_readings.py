"""Queries about second readings."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import SecondReadingRecord


def find_of_account(session: Session, sample_id: int, account_id: int) -> SecondReadingRecord | None:
    """A person's reading of a sample."""
    query = select(SecondReadingRecord).where(
        SecondReadingRecord.sample_id == sample_id, SecondReadingRecord.account_id == account_id
    )
    return session.scalars(query).one_or_none()


def open_reading(session: Session, record: SecondReadingRecord) -> SecondReadingRecord:
    """A person's reading of a sample, made from ``record`` unless there is one, held until the transaction ends."""
    insert_unless_present(session, record)
    query = select(SecondReadingRecord).where(
        SecondReadingRecord.sample_id == record.sample_id, SecondReadingRecord.account_id == record.account_id
    )
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def find_reading(session: Session, sample_id: int, reading_id: int) -> SecondReadingRecord | None:
    """A sample's reading of this number."""
    record = session.get(SecondReadingRecord, reading_id) if 0 < reading_id <= LARGEST_ID else None
    return record if record is not None and record.sample_id == sample_id else None


def list_finished(session: Session, sample_id: int) -> Sequence[SecondReadingRecord]:
    """A sample's finished readings, the newest first."""
    query = select(SecondReadingRecord).where(
        SecondReadingRecord.sample_id == sample_id, SecondReadingRecord.finished_at.is_not(None)
    )
    return session.scalars(query.order_by(SecondReadingRecord.finished_at.desc(), SecondReadingRecord.id.desc())).all()
