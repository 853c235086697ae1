"""Sessions: opened at a sign-in, found again by what the browser holds, listed and ended."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import AccountRecord, UserSessionRecord
from app.db.repositories import user_sessions
from app.errors import NotFound
from app.schemas.accounts import SessionSummary
from app.schemas.actors import Actor, ActorKind
from app.schemas.audit import AuditAction
from app.schemas.permissions import ROLE_PERMISSIONS
from app.services.audit import record_event
from app.settings import Settings

_SECRET_BYTES = 32
_SEEN_EVERY = timedelta(seconds=60)
"""How exactly the last click is known; writing it down at every click would cost a disk write each."""

_KEPT_AFTER_END = timedelta(days=7)


def new_secret() -> str:
    """What a browser will hold: 256 random bits."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> str:
    """What is stored of a secret. It has so many random bits that a plain hash cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def open_session(
    session: Session, account: AccountRecord, settings: Settings, *, address: str | None, browser: str | None
) -> tuple[str, int]:
    """A new session of an account: the secret that its browser gets, this once, and its number."""
    secret, now = new_secret(), utc_now()
    user_sessions.delete_sessions_before(session, now - _KEPT_AFTER_END)
    record = UserSessionRecord(
        account_id=account.id,
        secret_sha256=digest(secret),
        expires_at=now + timedelta(hours=settings.session_absolute_hours),
        address=address[:64] if address else None,
        browser="".join(filter(str.isprintable, browser))[:200] if browser else None,
    )
    session.add(record)
    session.flush()
    return secret, record.id


def find_actor(
    session: Session, secret: str, settings: Settings, *, address: str | None, is_click: bool
) -> Actor | None:
    """Who holds this secret; None when the session ended, was ended, or its account is disabled.

    ``is_click`` is False for what an open page asks by itself: that keeps no session alive.
    """
    found = user_sessions.find_session(session, digest(secret))
    if found is None:
        return None
    record, account = found
    now = utc_now()
    idle_limit = timedelta(minutes=settings.session_idle_minutes)
    is_over = record.revoked_at is not None or record.expires_at <= now or now - record.seen_at >= idle_limit
    if is_over or account.disabled_at is not None:
        return None
    if is_click and now - record.seen_at >= min(_SEEN_EVERY, idle_limit / 4):
        user_sessions.note_seen(session, record.id, now)
    return actor_of(account, record.id, address)


def end_session(session: Session, actor: Actor) -> None:
    """Sign out: the session that somebody acts in opens nothing any more."""
    record = user_sessions.find_session_by_id(session, actor.session_id or 0)
    if record is not None and record.revoked_at is None:
        record.revoked_at = utc_now()
        record_event(session, AuditAction.SIGNED_OUT, subject_kind="session", subject_id=record.id)


def revoke_session(session: Session, session_id: int, *, account_id: int | None = None) -> None:
    """End a session from elsewhere; only one of ``account_id`` where that is given.

    Raises:
        NotFound: There is no such session, or it is another person's.
    """
    record = user_sessions.find_session_by_id(session, session_id)
    if record is None or (account_id is not None and record.account_id != account_id):
        raise NotFound(f"There is no session number {session_id}; it may have ended. Load the list again.")
    if record.revoked_at is None:
        record.revoked_at = utc_now()
        new = {"account_id": record.account_id}
        record_event(session, AuditAction.SESSION_REVOKED, subject_kind="session", subject_id=session_id, new=new)


def revoke_all_sessions(session: Session, account_id: int, *, keep_id: int | None = None) -> None:
    """End every session of an account but the one to keep."""
    for session_id in user_sessions.revoke_sessions(session, account_id, now=utc_now(), keep_id=keep_id):
        new = {"account_id": account_id}
        record_event(session, AuditAction.SESSION_REVOKED, subject_kind="session", subject_id=session_id, new=new)


def open_sessions(
    session: Session, settings: Settings, *, own_id: int | None, account_id: int | None = None
) -> list[SessionSummary]:
    """The sessions that still open something, of one account or of all."""
    now = utc_now()
    seen_after = now - timedelta(minutes=settings.session_idle_minutes)
    rows = user_sessions.list_open_sessions(session, now=now, seen_after=seen_after, account_id=account_id)
    return [
        SessionSummary(
            id=record.id,
            account_id=account.id,
            account_name=account.name,
            created_at=record.created_at,
            seen_at=record.seen_at,
            expires_at=record.expires_at,
            address=record.address,
            browser=record.browser,
            is_own=record.id == own_id,
        )
        for record, account in rows
    ]


def actor_of(account: AccountRecord, session_id: int, address: str | None) -> Actor:
    """The person of an account, in one of its sessions."""
    return Actor(
        ActorKind.ACCOUNT,
        account.name,
        id=account.id,
        role=account.role,
        session_id=session_id,
        address=address,
        permissions=ROLE_PERMISSIONS[account.role],
        must_change_password=account.must_change_password,
        full_name=account.full_name,
    )
