"""What an account or a token may do, by its role and by the token's scopes."""

from collections.abc import Iterable
from enum import StrEnum

from app.schemas.tokens import Role


class Permission(StrEnum):
    """One kind of thing that a route does; the values are the scopes that a token can be given."""

    SAMPLES_READ = "samples:read"
    SAMPLES_WRITE = "samples:write"
    SAMPLES_REVIEW = "samples:review"
    REPORTS_SIGN = "reports:sign"
    METRICS_READ = "metrics:read"
    OWN_ACCOUNT = "account:own"
    ACCOUNTS_MANAGE = "accounts:manage"
    AUDIT_READ = "audit:read"
    WEIGHTS_MANAGE = "weights:manage"
    LABORATORY_MANAGE = "laboratory:manage"


_TECHNICIAN = frozenset(
    {
        Permission.SAMPLES_READ,
        Permission.SAMPLES_WRITE,
        Permission.SAMPLES_REVIEW,
        Permission.METRICS_READ,
        Permission.OWN_ACCOUNT,
    }
)
ROLE_PERMISSIONS = {
    Role.TECHNICIAN: _TECHNICIAN,
    Role.REVIEWER: _TECHNICIAN | {Permission.REPORTS_SIGN},
    Role.ADMIN: frozenset(Permission),
}

_FOR_PEOPLE_ONLY = frozenset({Permission.OWN_ACCOUNT, Permission.ACCOUNTS_MANAGE, Permission.REPORTS_SIGN})
"""A program has no password to change and signs nothing."""

TOKEN_SCOPES = tuple(permission for permission in Permission if permission not in _FOR_PEOPLE_ONLY)
"""The scopes that a token can be limited to."""


def token_permissions(role: Role, scopes: Iterable[Permission] | None) -> frozenset[Permission]:
    """What a token of this role may do; without ``scopes`` everything that a program of the role may."""
    allowed = ROLE_PERMISSIONS[role] - _FOR_PEOPLE_ONLY
    return allowed if scopes is None else allowed & frozenset(scopes)
