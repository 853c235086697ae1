"""Signs test clients in, in one place: an account and a session, put straight into an application's database.

Tests of pages and API use ``sign_in(client)``; browser tests get the same session as a cookie in every window. Tests of
the sign-in itself fill in its form instead.
"""

import secrets
from datetime import timedelta

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import delete

from app.db.base import utc_now
from app.db.records import AccountRecord, UserSessionRecord
from app.db.repositories.accounts import account_key, find_account
from app.db.session import Database
from app.schemas.tokens import Role
from app.services.accounts.user_sessions import digest
from app.web.context import context_of

SESSION_COOKIE = "bloodcount_session"


def open_test_session(
    database: Database, *, role: Role = Role.ADMIN, name: str | None = None, secret: str | None = None
) -> str:
    """What a browser holds that is signed in with an account of this role; the account is made when missing."""
    name = name or f"test-{role}"
    secret = secret or secrets.token_urlsafe()
    with database.unit_of_work() as session:
        account = find_account(session, name)
        if account is None:
            account = AccountRecord(name=name, name_key=account_key(name), role=role, password_hash=None)
            session.add(account)
            session.flush()
        session.execute(delete(UserSessionRecord).where(UserSessionRecord.secret_sha256 == digest(secret)))
        session.add(
            UserSessionRecord(
                account_id=account.id,
                secret_sha256=digest(secret),
                expires_at=utc_now() + timedelta(hours=12),
                address="127.0.0.1",
                browser="test",
            )
        )
    return secret


def sign_in(client: TestClient, *, role: Role = Role.ADMIN) -> TestClient:
    """The client of a started application, from now on signed in."""
    app = client.app
    assert isinstance(app, FastAPI)
    client.cookies.set(SESSION_COOKIE, open_test_session(context_of(app).database, role=role))
    return client
