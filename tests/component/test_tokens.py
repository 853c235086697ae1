"""An API token is known to its holder alone; the database only recognises it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update

from app.db.records import ApiTokenRecord
from app.db.session import Database
from app.errors import InvalidInput, InvalidToken
from app.schemas.tokens import Role
from app.services.accounts.tokens import create_token, verify_token


def new_token(database: Database, name: str = "lab system", role: Role = Role.TECHNICIAN) -> str:
    with database.unit_of_work() as session:
        return create_token(session, name=name, role=role)


def test_a_token_stands_for_its_name_and_role(database: Database) -> None:
    token = new_token(database, " lab system ", Role.ADMIN)

    with database.unit_of_work() as session:
        identity = verify_token(session, token=token)

    assert (identity.name, identity.role) == ("lab system", Role.ADMIN)


def test_every_token_is_another_one(database: Database) -> None:
    assert len({new_token(database) for _ in range(5)}) == 5


def test_the_database_never_holds_the_token(database: Database) -> None:
    token = new_token(database)

    with database.engine.connect() as connection:
        assert token not in str(connection.execute(text("SELECT * FROM api_token")).all())


@pytest.mark.parametrize("token", ["", "bloodcount_guessed", "\ud800", "x" * 10_000])
def test_an_unknown_token_is_refused(database: Database, token: str) -> None:
    new_token(database)

    with database.unit_of_work() as session, pytest.raises(InvalidToken):
        verify_token(session, token=token)


def test_a_revoked_token_is_refused(database: Database) -> None:
    token = new_token(database)
    with database.unit_of_work() as session:
        session.execute(update(ApiTokenRecord).values(revoked_at=datetime.now(UTC)))

    with database.unit_of_work() as session, pytest.raises(InvalidToken):
        verify_token(session, token=token)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b"])
def test_an_unusable_name_is_refused(database: Database, name: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 100 visible characters"):
        new_token(database, name)

    with database.unit_of_work() as session:
        assert session.scalars(select(ApiTokenRecord)).all() == []
