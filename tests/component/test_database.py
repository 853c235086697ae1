"""Commits last, readers never block writers for nothing, and two writers wait for each other instead of failing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.db.base import utc_now
from app.db.engine import build_engine
from app.db.records import ExecutorHeartbeatRecord, SampleRecord
from app.db.session import Database
from app.errors import DatabaseUnavailable


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/bloodcount.db"
    database = Database(url, build_engine(url))
    yield database
    database.dispose()


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("journal_mode", "delete"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)],
)
def test_sqlite_is_set_to_keep_what_it_committed(sqlite: Database, pragma: str, expected: object) -> None:
    with sqlite.engine.connect() as connection:
        assert expected == connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()


def test_sqlite_stays_immediate_after_a_transaction_that_set_an_isolation_level(sqlite: Database) -> None:
    """DBOS's result transactions do so, and SQLAlchemy then resets the connection to late locking."""
    with sqlite.engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        connection.execute(text("SELECT 1"))

    with sqlite.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert connection.connection.dbapi_connection is not None
        assert connection.connection.dbapi_connection.isolation_level == "IMMEDIATE"


def test_many_writers_at_once_all_succeed(database: Database) -> None:
    def read_then_write(number: int) -> None:
        with database.unit_of_work() as session:
            session.scalars(select(SampleRecord)).all()
            session.add(SampleRecord(accession_number=str(number), accession_key=str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_then_write, range(40)))

    with database.unit_of_work() as session:
        assert len(session.scalars(select(SampleRecord)).all()) == 40


def test_a_unit_of_work_that_raises_leaves_nothing(database: Database) -> None:
    def add_and_fail() -> None:
        with database.unit_of_work() as session:
            session.add(SampleRecord(accession_number="A", accession_key="a"))
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()

    with database.unit_of_work() as session:
        assert session.scalars(select(SampleRecord)).all() == []


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    in_bangkok = datetime(2026, 11, 23, 7, 30, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    with database.unit_of_work() as session:
        session.add(ExecutorHeartbeatRecord(executor_id="a", started_at=in_bangkok, beat_at=in_bangkok))

    with database.unit_of_work() as session:
        stored = session.scalars(select(ExecutorHeartbeatRecord)).one().beat_at

    assert stored == in_bangkok
    assert stored.tzinfo is UTC


def test_a_time_without_zone_is_refused(database: Database) -> None:
    naive = utc_now().replace(tzinfo=None)

    with pytest.raises(Exception, match="has no time zone"), database.unit_of_work() as session:
        session.add(ExecutorHeartbeatRecord(executor_id="a", started_at=naive, beat_at=naive))


def test_a_living_database_passes_its_check(database: Database) -> None:
    database.check()


def test_a_dead_database_is_told_in_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    nowhere = tmp_path_factory.mktemp("nowhere")
    url = f"sqlite:///{nowhere}"  # a folder is no database
    database = Database(url, build_engine(url))

    with pytest.raises(DatabaseUnavailable, match="does not answer"):
        database.check()
