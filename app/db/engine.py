"""Connection pools for SQLite and PostgreSQL, set so that a committed row survives a power cut."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

BUSY_TIMEOUT_MS = 30_000
"""How long a SQLite connection waits for another one's write to end."""

# hide_parameters: the text of a database error ends in the log, and the values would be accession numbers.
_POSTGRES_POOL = {
    "pool_size": 10, "max_overflow": 30, "pool_pre_ping": True, "pool_timeout": 30, "hide_parameters": True
}  # fmt: skip
_SQLITE_POOL = {"pool_size": 10, "max_overflow": 50, "pool_timeout": 30, "hide_parameters": True}


def build_engine(url: URL | str) -> Engine:
    """The connection pool of a SQLite file or a PostgreSQL database; a SQLite file's folder is made when missing."""
    url = make_url(url)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, **_POSTGRES_POOL)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, **_SQLITE_POOL)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _write_immediately)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401
    """Durable commits, enforced foreign keys, patient writers.

    The rollback journal is stated and not assumed: the write-ahead log of SQLite before 3.51.3 can
    lose a committed transaction (WAL-reset bug), and a file keeps the mode once set.
    """
    connection.isolation_level = "IMMEDIATE"
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _write_immediately(connection: Connection) -> None:
    """Make every write transaction take the write lock at its start.

    Setting it once a connection is not enough: SQLAlchemy resets it whenever a transaction asks for
    an isolation level, as DBOS does, and a later read-then-write would fail at once with "locked".
    """
    sqlite = connection.connection.dbapi_connection
    if sqlite is not None and sqlite.isolation_level is not None:
        sqlite.isolation_level = "IMMEDIATE"
