"""Somebody who is signed in for as long as a benchmark reads pages, and is gone afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete

from app.db.records import AccountRecord, UserSessionRecord
from app.db.repositories.accounts import account_key
from app.db.session import Database
from app.schemas.audit import AuditAction
from app.schemas.tokens import Role
from app.services.accounts.user_sessions import open_session
from app.services.audit import record_event
from app.settings import Settings
from app.web.session_cookies import session_cookie_name


@contextmanager
def signed_in_reader(database: Database, settings: Settings) -> Iterator[dict[str, str]]:
    """The headers of a browser that is signed in: with an account of its own, which has no password and is deleted."""
    name = f"bench-{secrets.token_hex(4)}"
    with database.unit_of_work() as session:
        account = AccountRecord(name=name, name_key=account_key(name), role=Role.TECHNICIAN, password_hash=None)
        session.add(account)
        session.flush()
        account_id = account.id
        new = {"name": name, "role": account.role, "for": "bloodcount bench history"}
        record_event(session, AuditAction.ACCOUNT_CREATED, subject_kind="account", subject_id=account_id, new=new)
        secret, _ = open_session(session, account, settings, address=None, browser="bloodcount bench")
    try:
        yield {"Cookie": f"{session_cookie_name(is_secure=False)}={secret}"}
    finally:
        with database.unit_of_work() as session:
            session.execute(delete(UserSessionRecord).where(UserSessionRecord.account_id == account_id))
            session.execute(delete(AccountRecord).where(AccountRecord.id == account_id))
