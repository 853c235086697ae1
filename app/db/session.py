"""The database connection and the unit of work, the only place that commits."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db.engine import build_engine
from app.settings import Settings

UnitOfWorkFactory = Callable[[], AbstractContextManager[Session]]
"""Opens a session whose work is committed when the block ends and rolled back when it raises."""


@dataclass(frozen=True, slots=True)
class Database:
    """The database of this process: its URL (with password) and its connection pool."""

    url: str
    engine: Engine

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def create_database(settings: Settings) -> Database:
    """The database that the settings name; a SQLite file's folder is made when missing.

    Raises:
        InvalidInput: The URL names neither SQLite nor PostgreSQL, or cannot be read.
    """
    return Database(*build_engine(settings))
