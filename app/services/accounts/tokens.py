"""API tokens: made once, shown once, stored only as a hash."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import ApiTokenRecord
from app.db.repositories import api_tokens
from app.errors import InvalidInput, InvalidToken
from app.schemas.audit import AuditAction
from app.schemas.permissions import TOKEN_SCOPES
from app.schemas.tokens import Role, TokenIdentity, TokenSummary
from app.services.accounts.acting import current_actor
from app.services.audit import record_event

MAX_NAME_CHARACTERS = 100
MAX_DAYS = 3650
_PREFIX = "bloodcount_"
"""Lets people and secret scanners recognise a token."""

_RANDOM_BYTES = 32
_USED_EVERY = timedelta(seconds=60)
"""How exactly the last use is known."""


def create_token(
    session: Session,
    *,
    name: str,
    role: Role = Role.TECHNICIAN,
    scopes: Sequence[str] | None = None,
    days: int | None = None,
) -> str:
    """A new API token. It is returned here and never again: only its SHA-256 is stored.

    Args:
        session: The unit of work.
        name: What it is for.
        role: What its holder may do.
        scopes: The permissions it is limited to; None for all that a program of its role has.
        days: How long it is good; None for ever, until it is revoked.

    Raises:
        InvalidInput: The name is empty, too long or has characters that cannot be seen; a scope is none; the days are
            out of range.
    """
    cleaned = name.strip()
    if not cleaned or len(cleaned) > MAX_NAME_CHARACTERS or not cleaned.isprintable():
        raise InvalidInput(
            "name", f"A token's name has 1 to {MAX_NAME_CHARACTERS} visible characters, such as the program it is for."
        )
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InvalidInput("days", f"A token is good for 1 to {MAX_DAYS} days, not {days}.")
    token = _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    record = ApiTokenRecord(
        name=cleaned,
        role=role,
        token_sha256=_digest(token),
        scopes=None if scopes is None else " ".join(_checked_scopes(scopes)),
        created_by=current_actor().name[:200],
        expires_at=None if days is None else utc_now() + timedelta(days=days),
    )
    session.add(record)
    session.flush()
    new = {"name": cleaned, "role": role, "scopes": record.scopes, "expires_at": record.expires_at}
    record_event(session, AuditAction.TOKEN_CREATED, subject_kind="token", subject_id=record.id, new=new)
    return token


def verify_token(session: Session, *, token: str) -> TokenIdentity:
    """Who the token stands for.

    Raises:
        InvalidToken: No such token was ever made, or it was revoked, or its time is over.
    """
    # Looking up the hash leaks nothing through timing: nobody can steer towards a wanted SHA-256.
    record = api_tokens.find_token(session, _digest(token))
    now = utc_now()
    if record is None or record.revoked_at is not None or _is_over(record, now):
        raise InvalidToken
    if record.last_used_at is None or now - record.last_used_at >= _USED_EVERY:
        api_tokens.note_token_used(session, record.id, now)
    return TokenIdentity(id=record.id, name=record.name, role=record.role, scopes=_scopes(record))


def list_tokens(session: Session) -> list[TokenSummary]:
    """Every token, the newest first, without what opens anything."""
    return [
        TokenSummary(
            id=record.id,
            name=record.name,
            role=record.role,
            scopes=_scopes(record),
            created_at=record.created_at,
            created_by=record.created_by,
            expires_at=record.expires_at,
            last_used_at=record.last_used_at,
            revoked_at=record.revoked_at,
        )
        for record in api_tokens.list_tokens(session)
    ]


def revoke_token(session: Session, token_id: int) -> None:
    """Let a token open nothing any more.

    Raises:
        TokenNotFound: There is no such token.
    """
    record = api_tokens.get_token(session, token_id)
    if record.revoked_at is None:
        record.revoked_at = utc_now()
        old = {"name": record.name, "role": record.role}
        record_event(session, AuditAction.TOKEN_REVOKED, subject_kind="token", subject_id=token_id, old=old)


def _checked_scopes(scopes: Sequence[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in TOKEN_SCOPES]
    if unknown or not scopes:
        listed = ", ".join(TOKEN_SCOPES)
        raise InvalidInput("scopes", f"{unknown[0] if unknown else 'Nothing'!r} is no scope; there are {listed}.")
    return sorted(set(scopes))


def _scopes(record: ApiTokenRecord) -> tuple[str, ...] | None:
    return None if record.scopes is None else tuple(record.scopes.split())


def _is_over(record: ApiTokenRecord, now: datetime) -> bool:
    return record.expires_at is not None and record.expires_at <= now


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
