"""Queries about sessions and known browsers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import AccountRecord, KnownBrowserRecord, UserSessionRecord


def find_session(session: Session, secret_sha256: str) -> tuple[UserSessionRecord, AccountRecord] | None:
    """The session behind a secret, with its account, whether it is still good or not."""
    query = (
        select(UserSessionRecord, AccountRecord)
        .join(AccountRecord, AccountRecord.id == UserSessionRecord.account_id)
        .where(UserSessionRecord.secret_sha256 == secret_sha256)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def find_session_by_id(session: Session, session_id: int) -> UserSessionRecord | None:
    """The session with this number."""
    return session.get(UserSessionRecord, session_id) if 0 < session_id <= LARGEST_ID else None


def list_open_sessions(
    session: Session, *, now: datetime, seen_after: datetime, account_id: int | None = None
) -> Sequence[tuple[UserSessionRecord, AccountRecord]]:
    """The sessions that still open something, the last used first; of one account where it is given."""
    query = (
        select(UserSessionRecord, AccountRecord)
        .join(AccountRecord, AccountRecord.id == UserSessionRecord.account_id)
        .where(
            UserSessionRecord.revoked_at.is_(None),
            UserSessionRecord.expires_at > now,
            UserSessionRecord.seen_at > seen_after,
        )
        .order_by(UserSessionRecord.seen_at.desc(), UserSessionRecord.id.desc())
    )
    if account_id is not None:
        query = query.where(UserSessionRecord.account_id == account_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def note_seen(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session was used."""
    session.execute(update(UserSessionRecord).where(UserSessionRecord.id == session_id).values(seen_at=now))


def revoke_sessions(session: Session, account_id: int, *, now: datetime, keep_id: int | None = None) -> list[int]:
    """End every session of an account but one, and give the numbers of those that ended."""
    statement = update(UserSessionRecord).where(
        UserSessionRecord.account_id == account_id, UserSessionRecord.revoked_at.is_(None)
    )
    if keep_id is not None:
        statement = statement.where(UserSessionRecord.id != keep_id)
    return list(session.scalars(statement.values(revoked_at=now).returning(UserSessionRecord.id)))


def delete_sessions_before(session: Session, moment: datetime) -> None:
    """Forget sessions that ended long ago; the audit trail keeps that they were."""
    session.execute(delete(UserSessionRecord).where(UserSessionRecord.expires_at < moment))


def is_known_browser(session: Session, account_id: int, secret_sha256: str) -> bool:
    """Whether the account has signed in from this browser before."""
    query = select(KnownBrowserRecord.id).where(
        KnownBrowserRecord.account_id == account_id, KnownBrowserRecord.secret_sha256 == secret_sha256
    )
    return session.scalar(query) is not None


def add_known_browser(session: Session, account_id: int, secret_sha256: str) -> None:
    """Remember a browser for an account."""
    insert_unless_present(session, KnownBrowserRecord(account_id=account_id, secret_sha256=secret_sha256))


def forget_browsers(session: Session, account_id: int) -> None:
    """Trust no browser of the account any more."""
    session.execute(delete(KnownBrowserRecord).where(KnownBrowserRecord.account_id == account_id))
