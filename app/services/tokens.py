"""API tokens: made once, shown once, stored only as a hash."""

from sqlalchemy.orm import Session

from app.schemas.tokens import Role, TokenIdentity


def create_token(session: Session, *, name: str, role: Role = Role.TECHNICIAN) -> str:
    """A new API token. It is returned here and never again: only its SHA-256 is stored.

    Raises:
        InvalidInput: The name is empty, too long or has characters that cannot be seen.
    """
    raise NotImplementedError


def verify_token(session: Session, *, token: str) -> TokenIdentity:
    """Who the token stands for.

    Raises:
        InvalidToken: No such token was ever made, or it was revoked.
    """
    raise NotImplementedError
