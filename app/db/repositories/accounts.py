"""Queries about accounts."""

import unicodedata

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access_errors import AccountNotFound
from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import AccountRecord
from app.schemas.tokens import Role


def account_key(name: str) -> str:
    """The form of a name that ignores case and typographic variants."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def add_account(session: Session, record: AccountRecord) -> AccountRecord | None:
    """Add an account; None when its name is taken."""
    new_id = insert_unless_present(session, record)
    return None if new_id is None else session.get(AccountRecord, new_id)


def get_account(session: Session, account_id: int) -> AccountRecord:
    """The account with this number.

    Raises:
        AccountNotFound: There is none.
    """
    record = session.get(AccountRecord, account_id) if 0 < account_id <= LARGEST_ID else None
    if record is None:
        raise AccountNotFound(f"number {account_id}")
    return record


def find_account(session: Session, name: str) -> AccountRecord | None:
    """The account of this name, in whatever case."""
    return session.scalars(select(AccountRecord).where(AccountRecord.name_key == account_key(name))).one_or_none()


def get_account_by_name(session: Session, name: str) -> AccountRecord:
    """The account of this name, in whatever case.

    Raises:
        AccountNotFound: There is none.
    """
    record = find_account(session, name)
    if record is None:
        raise AccountNotFound(f"{name!r}")
    return record


def list_accounts(session: Session) -> list[AccountRecord]:
    """Every account, by name."""
    return list(session.scalars(select(AccountRecord).order_by(AccountRecord.name_key)))


def has_accounts(session: Session) -> bool:
    """Whether anybody has an account."""
    return session.scalar(select(AccountRecord.id).limit(1)) is not None


def count_other_active_admins(session: Session, account_id: int) -> int:
    """How many other admins can still sign in; it stays so until the transaction ends."""
    # Changes nothing: it takes the write lock on SQLite and the rows' locks on PostgreSQL before they are counted.
    same = update(AccountRecord).where(AccountRecord.role == Role.ADMIN).values(role=AccountRecord.role)
    session.execute(same.execution_options(synchronize_session=False))
    query = select(AccountRecord.id).where(AccountRecord.role == Role.ADMIN, AccountRecord.disabled_at.is_(None))
    return sum(found != account_id for found in session.scalars(query))
