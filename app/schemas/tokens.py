"""Who an API token stands for."""

from enum import StrEnum

from app.schemas.base import Schema


class Role(StrEnum):
    """What the holder of an account or a token may do; an admin may do everything."""

    TECHNICIAN = "technician"
    ADMIN = "admin"


class TokenIdentity(Schema):
    """The name and role behind a valid API token."""

    id: int
    name: str
    role: Role
