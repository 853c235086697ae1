"""Queries about idempotency keys: claim one, store its answer, forget old ones."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.inserting import insert_unless_present
from app.db.records import IdempotencyKeyRecord


def claim_key(session: Session, *, sample_id: int, key: str, fingerprint: str) -> IdempotencyKeyRecord:
    """The row of an upload's key, made now unless it exists; compare its fingerprint."""
    insert_unless_present(session, IdempotencyKeyRecord(sample_id=sample_id, key=key, fingerprint=fingerprint))
    query = select(IdempotencyKeyRecord).where(
        IdempotencyKeyRecord.sample_id == sample_id, IdempotencyKeyRecord.key == key
    )
    return session.scalars(query).one()


def store_answer(session: Session, key_id: int, answer: list[dict[str, Any]]) -> None:
    """Keep the answer that the same upload gets when it comes again."""
    session.execute(update(IdempotencyKeyRecord).where(IdempotencyKeyRecord.id == key_id).values(answer=answer))


def delete_older(session: Session, *, than: datetime) -> None:
    """Forget keys from before a moment; their images stay."""
    session.execute(delete(IdempotencyKeyRecord).where(IdempotencyKeyRecord.created_at < than))
