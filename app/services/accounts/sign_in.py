"""Signing in with name and password."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.access_errors import SignInRefused, TooManyAttempts
from app.db.records import AccountRecord
from app.db.repositories import accounts, user_sessions
from app.db.session import UnitOfWorkFactory
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.services.accounts.passwords import hash_password, is_password, needs_new_hash
from app.services.accounts.throttling import (
    AttemptKeys,
    attempt_keys,
    claim_attempt,
    forget_old_attempts,
    forgive_attempt,
)
from app.services.accounts.user_sessions import actor_of, digest, new_secret, open_session, revoke_session
from app.services.audit import record_event
from app.settings import Settings

_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a sign-in comes from. ``browser_secret`` is what a browser holds in which somebody signed in before."""

    address: str | None
    browser: str | None
    browser_secret: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gives the browser: the session's secret, and the one by which the browser is known again."""

    actor: Actor
    session_secret: str
    browser_secret: str


def sign_in(
    unit_of_work: UnitOfWorkFactory,
    settings: Settings,
    *,
    name: str,
    password: str,
    visitor: Visitor,
    former: Actor | None = None,
) -> SignedIn:
    """Sign a person in, in a session that is always a new one; ``former`` is who was signed in there, and no more is.

    Raises:
        SignInRefused: Name and password do not fit, or the account is disabled.
        TooManyAttempts: Too many sign-ins failed; this one was not looked at.
    """
    name = "".join(filter(str.isprintable, name)).strip()[:_LONGEST_NAME]  # an account's has nothing else
    keys = _claim(unit_of_work, name, visitor)
    with unit_of_work() as session:
        account = accounts.find_account(session, name)
        password_hash = account.password_hash if account else None
    is_right = is_password(password, password_hash)  # outside a transaction: it takes a fifth of a second
    if account is None or not is_right or account.disabled_at is not None:
        with unit_of_work() as session:
            _note_failure(session, AuditAction.SIGN_IN_FAILED, account, name)
        raise SignInRefused
    new_hash = hash_password(password) if password_hash and needs_new_hash(password_hash) else None
    with unit_of_work() as session:
        forgive_attempt(session, keys)
        forget_old_attempts(session)
        current = accounts.get_account(session, account.id)
        if new_hash is not None:
            current.password_hash = new_hash
        return admit(session, settings, current, visitor, former=former)


def admit(
    session: Session,
    settings: Settings,
    account: AccountRecord,
    visitor: Visitor,
    *,
    former: Actor | None,
    means: str | None = None,
) -> SignedIn:
    """Open a session for a person who has proved who they are, and end the one that the browser had before.

    ``means`` is the provider that vouched for them; None for a password.
    """
    if former is not None and former.session_id is not None:
        revoke_session(session, former.session_id)
    secret, session_id = open_session(session, account, settings, address=visitor.address, browser=visitor.browser)
    browser_secret = visitor.browser_secret or new_secret()
    user_sessions.add_known_browser(session, account.id, digest(browser_secret))
    actor = actor_of(account, session_id, visitor.address)
    new = None if means is None else {"with": means}
    record_event(session, AuditAction.SIGNED_IN, subject_kind="session", subject_id=session_id, actor=actor, new=new)
    return SignedIn(actor, secret, browser_secret)


def admit_new(session: Session, settings: Settings, account_id: int, visitor: Visitor) -> SignedIn:
    """Open the first session of an account that was made a moment ago.

    Raises:
        AccountNotFound: There is no such account.
    """
    return admit(session, settings, accounts.get_account(session, account_id), visitor, former=None)


def check_password_again(unit_of_work: UnitOfWorkFactory, actor: Actor, password: str, visitor: Visitor) -> None:
    """Let a person who is signed in prove again that it is they, as before signing a report; guesses are slowed down.

    Raises:
        SignInRefused: The password is wrong.
        TooManyAttempts: Too many were wrong; this one was not looked at.
    """
    keys = _claim(unit_of_work, actor.name, visitor)
    with unit_of_work() as session:
        password_hash = accounts.get_account(session, actor.id or 0).password_hash
    is_right = is_password(password, password_hash)
    with unit_of_work() as session:
        if is_right:
            forgive_attempt(session, keys)
        else:
            record_event(session, AuditAction.SIGN_IN_FAILED, subject_kind="account", subject_id=actor.id)
    if not is_right:
        raise SignInRefused


def _claim(unit_of_work: UnitOfWorkFactory, name: str, visitor: Visitor) -> AttemptKeys:
    known_browser = None
    with unit_of_work() as session:
        account = accounts.find_account(session, name)
        if account is not None and visitor.browser_secret is not None:
            hashed = digest(visitor.browser_secret)
            known_browser = hashed if user_sessions.is_known_browser(session, account.id, hashed) else None
    keys = attempt_keys(name, visitor.address, known_browser=known_browser)
    try:
        with unit_of_work() as session:
            claim_attempt(session, keys)
    except TooManyAttempts:
        with unit_of_work() as session:
            _note_failure(session, AuditAction.SIGN_IN_BLOCKED, account, name)
        raise
    return keys


def _note_failure(session: Session, action: AuditAction, account: AccountRecord | None, name: str) -> None:
    kind, number = (None, None) if account is None else ("account", account.id)
    record_event(session, action, subject_kind=kind, subject_id=number, new={"name": name})
