"""Who does something: a person, a program, a command on the server, or the system itself."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.schemas.permissions import Permission
from app.schemas.tokens import Role


class ActorKind(StrEnum):
    """What stands behind an action."""

    ACCOUNT = "account"
    TOKEN = "token"  # noqa: S105 - the word, not a secret
    COMMAND = "command"
    SYSTEM = "system"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, from where, and what they may do.

    ``id`` numbers the account or the token; ``session_id`` the sign-in. ``must_change_password`` holds after an admin
    set the password: until it is changed, nothing else is open. ``full_name`` is what signed reports print.
    """

    kind: ActorKind
    name: str
    id: int | None = None
    role: Role | None = None
    session_id: int | None = None
    address: str | None = None
    request_id: str | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    must_change_password: bool = False
    full_name: str | None = None

    @property
    def is_person(self) -> bool:
        """Whether a person is signed in."""
        return self.kind is ActorKind.ACCOUNT

    def may(self, permission: Permission) -> bool:
        """Whether this one may do it."""
        return permission in self.permissions


SYSTEM = Actor(ActorKind.SYSTEM, "system")
"""Bloodcount itself, such as the job that counts."""
