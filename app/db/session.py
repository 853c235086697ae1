"""The database of this process and the unit of work, the only place that commits."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import audit_chain  # noqa: F401 - writes the entries that sessions hold
from app.db.engine import build_engine
from app.errors import DatabaseUnavailable, StorageFull
from app.settings import Settings

UnitOfWorkFactory = Callable[[], AbstractContextManager[Session]]
"""Opens a session whose work is committed when the block ends and rolled back when it raises."""

_DISK_FULL = ("database or disk is full", "No space left on device")
"""How SQLite and PostgreSQL say it."""


@dataclass(frozen=True, slots=True)
class Database:
    """The database of this process: its address (it may hold a password) and its connection pool."""

    url: str = field(repr=False)
    engine: Engine

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises:
            StorageFull: The database's disk has no room left; nothing of the transaction was kept.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            if any(sign in str(error.orig) for sign in _DISK_FULL):
                raise StorageFull from error
            raise

    def check(self) -> None:
        """Prove that the database answers now.

        Raises:
            DatabaseUnavailable: It does not.
        """
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise DatabaseUnavailable("The database does not answer; look whether it is running.") from error

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def create_database(settings: Settings) -> Database:
    """The database that the settings name, not yet connected."""
    return Database(url=settings.database_url, engine=build_engine(settings.database_url))
