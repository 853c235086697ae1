"""Queries about API tokens."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access_errors import TokenNotFound
from app.db.base import LARGEST_ID
from app.db.records import ApiTokenRecord


def find_token(session: Session, token_sha256: str) -> ApiTokenRecord | None:
    """The token with this hash."""
    return session.scalars(select(ApiTokenRecord).where(ApiTokenRecord.token_sha256 == token_sha256)).one_or_none()


def get_token(session: Session, token_id: int) -> ApiTokenRecord:
    """The token with this number.

    Raises:
        TokenNotFound: There is none.
    """
    record = session.get(ApiTokenRecord, token_id) if 0 < token_id <= LARGEST_ID else None
    if record is None:
        raise TokenNotFound(token_id)
    return record


def list_tokens(session: Session) -> list[ApiTokenRecord]:
    """Every token, the newest first."""
    return list(session.scalars(select(ApiTokenRecord).order_by(ApiTokenRecord.id.desc())))


def note_token_used(session: Session, token_id: int, now: datetime) -> None:
    """Note when a token was used."""
    session.execute(update(ApiTokenRecord).where(ApiTokenRecord.id == token_id).values(last_used_at=now))
