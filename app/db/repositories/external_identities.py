"""Queries about identities at providers of single sign-on."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.inserting import insert_unless_present
from app.db.records import AccountRecord, ExternalIdentityRecord


def add_identity(session: Session, record: ExternalIdentityRecord) -> int | None:
    """Add an identity and give its number; None when it, or another of the account at this issuer, is there."""
    return insert_unless_present(session, record)


def find_account_of(session: Session, issuer: str, subject: str) -> AccountRecord | None:
    """The account that this identity is linked to."""
    query = (
        select(AccountRecord)
        .join(ExternalIdentityRecord, ExternalIdentityRecord.account_id == AccountRecord.id)
        .where(ExternalIdentityRecord.issuer == issuer, ExternalIdentityRecord.subject == subject)
    )
    return session.scalars(query).one_or_none()


def find_identity(session: Session, account_id: int, issuer: str) -> ExternalIdentityRecord | None:
    """The identity of an account at an issuer."""
    query = select(ExternalIdentityRecord).where(
        ExternalIdentityRecord.account_id == account_id, ExternalIdentityRecord.issuer == issuer
    )
    return session.scalars(query).one_or_none()


def delete_identities(session: Session, account_id: int) -> int:
    """Forget every identity of an account; how many there were."""
    statement = (
        delete(ExternalIdentityRecord)
        .where(ExternalIdentityRecord.account_id == account_id)
        .returning(ExternalIdentityRecord.id)
    )
    return len(session.scalars(statement).all())


def linked_accounts(session: Session, issuer: str) -> set[int]:
    """Numbers of the accounts that are linked with an identity at this issuer."""
    query = select(ExternalIdentityRecord.account_id).where(ExternalIdentityRecord.issuer == issuer)
    return set(session.scalars(query))
