"""The first account: made over a link that the server prints once, good for an hour and for one use."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from app.access_errors import SetupLinkSpent
from app.db.base import utc_now
from app.db.records import SetupLinkRecord
from app.db.repositories import accounts, setup_links
from app.schemas.accounts import AccountSummary
from app.schemas.tokens import Role
from app.services.accounts.accounts import create_account
from app.services.accounts.acting import acting_as, current_actor
from app.services.accounts.user_sessions import digest, new_secret

VALID_MINUTES = 60
_ACTOR = "set-up link"
"""Who made the first account, as the audit trail names it."""


def issue_setup_link(session: Session) -> str | None:
    """The secret of a new link, this once; None where somebody has an account already."""
    if accounts.has_accounts(session):
        return None
    secret = new_secret()
    session.add(SetupLinkRecord(secret_sha256=digest(secret), expires_at=utc_now() + timedelta(minutes=VALID_MINUTES)))
    return secret


def is_set_up(session: Session) -> bool:
    """Whether somebody has an account."""
    return accounts.has_accounts(session)


def check_setup_link(session: Session, secret: str) -> None:
    """Look whether a link can be used now.

    Raises:
        SetupLinkSpent: It was used, is too old, never was, or somebody has an account already.
    """
    if accounts.has_accounts(session) or not setup_links.is_link_good(session, digest(secret), utc_now()):
        raise SetupLinkSpent


def set_up_first_admin(
    session: Session, *, secret: str, name: str, password: str, full_name: str = ""
) -> AccountSummary:
    """Use a link up and make the first account, an admin; every other link is worth nothing from then on.

    Raises:
        SetupLinkSpent: The link cannot be used.
        InvalidInput: A name or the password cannot be used; the link still can.
    """
    setup_links.lock_links(session)
    if not setup_links.use_link(session, digest(secret), utc_now()) or accounts.has_accounts(session):
        raise SetupLinkSpent
    with acting_as(replace(current_actor(), name=_ACTOR)):
        account = create_account(
            session,
            name=name,
            full_name=full_name,
            role=Role.ADMIN,
            password=password,
            must_change_password=False,
        )
    setup_links.delete_links(session)
    return account
