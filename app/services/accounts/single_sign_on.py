"""Signing in by an OpenID provider: whom it names is let in where an account is linked with that identity."""

import secrets

from sqlalchemy.orm import Session

from app.access_errors import IdentityTaken, IdentityUnknown, SingleSignOnFailed
from app.db.records import ExternalIdentityRecord
from app.db.repositories import accounts, external_identities
from app.db.session import UnitOfWorkFactory
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.services.accounts.identity_provider import Attempt, Identity, IdentityProvider
from app.services.accounts.sign_in import SignedIn, Visitor, admit
from app.services.accounts.throttling import claim_attempt, forgive_attempt, return_keys
from app.services.accounts.user_sessions import revoke_all_sessions
from app.services.audit import record_event
from app.settings import Settings


def new_attempt() -> Attempt:
    """The secrets of one way to the provider and back; the verifier has the 43 characters that RFC 7636 asks for."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))


def identify_visitor(
    unit_of_work: UnitOfWorkFactory, provider: IdentityProvider, attempt: Attempt, code: str, visitor: Visitor
) -> Identity:
    """Let the provider say who came back; refusals are noted, and slowed down because each makes this server call it.

    Raises:
        SingleSignOnFailed: The provider does not answer, refuses the code, or its statement is not good.
        TooManyAttempts: Too many from this address were refused; the provider was not asked.
    """
    keys = return_keys(visitor.address)
    with unit_of_work() as session:
        claim_attempt(session, keys)
    try:
        identity = provider.identify(attempt, code)
    except SingleSignOnFailed as refusal:
        with unit_of_work() as session:
            new = {"with": provider.issuer}
            record_event(session, AuditAction.SIGN_IN_FAILED, new=new, reason=refusal.message)
        raise
    with unit_of_work() as session:
        forgive_attempt(session, keys)
    return identity


def sign_in_as(
    unit_of_work: UnitOfWorkFactory, settings: Settings, identity: Identity, visitor: Visitor, *, former: Actor | None
) -> SignedIn:
    """Let in the account that is linked with an identity, in a session that is always a new one.

    Raises:
        IdentityUnknown: No account is, or it is disabled.
    """
    with unit_of_work() as session:
        account = external_identities.find_account_of(session, identity.issuer, identity.subject)
        if account is not None and account.disabled_at is None:
            return admit(session, settings, account, visitor, former=former, means=identity.issuer)
        kind, number = (None, None) if account is None else ("account", account.id)
        record_event(
            session,
            AuditAction.SIGN_IN_FAILED,
            subject_kind=kind,
            subject_id=number,
            new={"with": identity.issuer, "name": identity.shown_name},
        )
    raise IdentityUnknown(identity.shown_name)


def link_identity(session: Session, account_id: int, identity: Identity) -> None:
    """Let this identity sign in to an account from now on.

    Raises:
        IdentityTaken: It signs in to another account, or another identity to this one.
    """
    found = external_identities.find_account_of(session, identity.issuer, identity.subject)
    if found is not None and found.id == account_id:
        return
    record = ExternalIdentityRecord(account_id=account_id, issuer=identity.issuer, subject=identity.subject)
    if external_identities.add_identity(session, record) is None:
        raise IdentityTaken
    new = {"issuer": identity.issuer, "name": identity.shown_name}
    record_event(session, AuditAction.IDENTITY_LINKED, subject_kind="account", subject_id=account_id, new=new)


def unlink_identities(session: Session, account_id: int) -> None:
    """Let no identity sign in to an account any more; its password still does."""
    if external_identities.delete_identities(session, account_id):
        record_event(session, AuditAction.IDENTITY_UNLINKED, subject_kind="account", subject_id=account_id)


def unlink_account(session: Session, account_id: int) -> None:
    """Let no identity sign in to another person's account any more, and end its sessions: any may be of that identity.

    Raises:
        AccountNotFound: There is no such account.
    """
    unlink_identities(session, accounts.get_account(session, account_id).id)
    revoke_all_sessions(session, account_id)


def linked_accounts(session: Session, issuer: str | None) -> set[int]:
    """Numbers of the accounts that single sign-on opens; none where it is not set up."""
    return external_identities.linked_accounts(session, issuer) if issuer else set()


def is_linked(session: Session, account_id: int, issuer: str) -> bool:
    """Whether an account is linked with an identity at this issuer."""
    return external_identities.find_identity(session, account_id, issuer) is not None
