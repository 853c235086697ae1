"""Accounts and sessions as pages and commands show them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.schemas.base import Schema
from app.schemas.tokens import Role


class AccountSummary(Schema):
    """One account, without anything that opens it; ``full_name`` is None where nobody entered it."""

    id: int
    name: str
    full_name: str | None
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    must_change_password: bool

    @property
    def is_disabled(self) -> bool:
        """Whether nobody can sign in to it."""
        return self.disabled_at is not None


class AccountForm(Schema):
    """The form of a new account, as a browser sends it."""

    name: str = ""
    full_name: str = ""
    role: Role


class SetupForm(Schema):
    """The form of the first account; ``key`` is the secret of the link that led to it."""

    key: Annotated[str, Field(repr=False)] = ""
    name: str = ""
    full_name: str = ""
    password: Annotated[str, Field(repr=False)] = ""


class SessionSummary(Schema):
    """One sign-in that is still open; ``is_own`` marks the browser that is looking."""

    id: int
    account_id: int
    account_name: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str | None
    browser: str | None
    is_own: bool
