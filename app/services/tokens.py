"""API tokens: made once, shown once, stored only as a hash."""

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.records import ApiTokenRecord
from app.errors import InvalidInput, InvalidToken
from app.schemas.tokens import Role, TokenIdentity

MAX_NAME_CHARACTERS = 100
_PREFIX = "bloodcount_"
"""Lets people and secret scanners recognise a token."""

_RANDOM_BYTES = 32


def create_token(session: Session, *, name: str, role: Role = Role.TECHNICIAN) -> str:
    """A new API token. It is returned here and never again: only its SHA-256 is stored.

    Raises:
        InvalidInput: The name is empty, too long or has characters that cannot be seen.
    """
    cleaned = name.strip()
    if not cleaned or len(cleaned) > MAX_NAME_CHARACTERS or not cleaned.isprintable():
        raise InvalidInput(
            "name", f"A token's name has 1 to {MAX_NAME_CHARACTERS} visible characters, such as the program it is for."
        )
    token = _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    session.add(ApiTokenRecord(name=cleaned, role=role, token_sha256=_digest(token)))
    return token


def verify_token(session: Session, *, token: str) -> TokenIdentity:
    """Who the token stands for.

    Raises:
        InvalidToken: No such token was ever made, or it was revoked.
    """
    # Looking up the hash leaks nothing through timing: nobody can steer towards a wanted SHA-256.
    query = select(ApiTokenRecord).where(ApiTokenRecord.token_sha256 == _digest(token))
    record = session.scalars(query).one_or_none()
    if record is None or record.revoked_at is not None:
        raise InvalidToken
    return TokenIdentity(id=record.id, name=record.name, role=record.role)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
