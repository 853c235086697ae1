"""Who an API token stands for."""

from datetime import datetime
from enum import StrEnum

from app.schemas.base import Schema


class Role(StrEnum):
    """What the holder of an account or a token may do: a reviewer may also sign, an admin may do everything."""

    TECHNICIAN = "technician"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class TokenIdentity(Schema):
    """The name and role behind a valid API token; ``scopes`` None where the role alone limits it."""

    id: int
    name: str
    role: Role
    scopes: tuple[str, ...] | None = None


class TokenSummary(TokenIdentity):
    """A token as the list shows it: never the token itself."""

    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
