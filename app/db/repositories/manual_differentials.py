"""Queries about the manual counter: drafts, preferences and saved differentials."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import CounterDraftRecord, CounterPreferenceRecord, ManualDifferentialRecord


def find_draft(session: Session, account_id: int) -> CounterDraftRecord | None:
    """The count that a person has under way."""
    return session.scalar(select(CounterDraftRecord).where(CounterDraftRecord.account_id == account_id))


def open_draft(session: Session, account_id: int) -> CounterDraftRecord:
    """A person's draft, made now unless it exists, and held until the transaction ends."""
    insert_unless_present(session, CounterDraftRecord(account_id=account_id))
    query = select(CounterDraftRecord).where(CounterDraftRecord.account_id == account_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def delete_draft(session: Session, account_id: int, count_key: str) -> None:
    """Let a draft go that became a saved count."""
    session.execute(
        delete(CounterDraftRecord).where(
            CounterDraftRecord.account_id == account_id, CounterDraftRecord.count_key == count_key
        )
    )


def find_preference(session: Session, account_id: int) -> CounterPreferenceRecord | None:
    """How a person likes the counter; None for who never said."""
    return session.scalar(select(CounterPreferenceRecord).where(CounterPreferenceRecord.account_id == account_id))


def add_differential(session: Session, record: ManualDifferentialRecord) -> int | None:
    """Add a saved count and return its number; None when it was saved before."""
    return insert_unless_present(session, record)


def find_by_key(session: Session, count_key: str) -> ManualDifferentialRecord | None:
    """The saved count of this key."""
    return session.scalar(select(ManualDifferentialRecord).where(ManualDifferentialRecord.count_key == count_key))


def find_differential(session: Session, differential_id: int) -> ManualDifferentialRecord | None:
    """The saved count of this number, held until the transaction ends."""
    if not 0 < differential_id <= LARGEST_ID:
        return None
    query = select(ManualDifferentialRecord).where(ManualDifferentialRecord.id == differential_id)
    return session.scalar(query.with_for_update())


def list_of_sample(session: Session, sample_id: int) -> Sequence[ManualDifferentialRecord]:
    """A sample's manual differentials, the newest first, those withdrawn too."""
    query = select(ManualDifferentialRecord).where(ManualDifferentialRecord.sample_id == sample_id)
    return session.scalars(query.order_by(ManualDifferentialRecord.id.desc())).all()


def list_newest_keys(session: Session, account_id: int, *, limit: int) -> Sequence[str]:
    """The keys of a person's newest saved counts."""
    query = select(ManualDifferentialRecord.count_key).where(ManualDifferentialRecord.account_id == account_id)
    return session.scalars(query.order_by(ManualDifferentialRecord.id.desc()).limit(limit)).all()
