"""Databases and settings of one test each: SQLite always, PostgreSQL where there is one.

Making the schema takes longer than most tests. It is made once a run and copied, but for tests of the migrations and
those that ask for ``empty_database`` itself.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from app.db.engine import build_engine
from app.db.migrating import upgrade_schema
from app.db.session import Database, create_database
from app.settings import Settings
from app.storage import ImageStore, create_image_store


@pytest.fixture(scope="session")
def sqlite_with_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema and nothing else, to be copied."""
    file = tmp_path_factory.mktemp("schema") / "bloodcount.db"
    _make_schema(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_with_schema(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the current schema and nothing else, to be copied."""
    with _postgres_database(postgres_url) as (url, name):
        _make_schema(url)
        yield name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database that only this test uses."""
    has_schema = not _wants_no_table(request)
    if request.param == "sqlite":
        if has_schema:
            (tmp_path / "data").mkdir(exist_ok=True)
            shutil.copy(request.getfixturevalue("sqlite_with_schema"), tmp_path / "data" / "bloodcount.db")
        yield f"sqlite:///{tmp_path}/data/bloodcount.db"
        return
    template = request.getfixturevalue("postgres_with_schema") if has_schema else None
    with _postgres_database(request.getfixturevalue("postgres_url"), template) as (url, _):
        yield url


def _wants_no_table(request: pytest.FixtureRequest) -> bool:
    names = set(request.fixturenames)
    return "migrations" in request.path.parts or ("empty_database" in names and "database" not in names)


@contextmanager
def _postgres_database(server_url: str, template: str | None = None) -> Iterator[tuple[str, str]]:
    """Address and name of a new database, gone at the end."""
    server = make_url(server_url).set(drivername="postgresql+psycopg")
    name = f"bloodcount_test_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    yield server.set(database=name).render_as_string(hide_password=False), name
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def _make_schema(url: str) -> None:
    database = Database(url=make_url(url).render_as_string(hide_password=False), engine=build_engine(url))
    upgrade_schema(database)
    database.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings that keep everything in the test's own folder and database."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


@pytest.fixture
def empty_database(settings: Settings) -> Iterator[Database]:
    """A database without any table."""
    database = create_database(settings)
    yield database
    database.dispose()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database with the current schema."""
    upgrade_schema(empty_database)
    return empty_database


@pytest.fixture
def store(settings: Settings) -> ImageStore:
    """An image store in the test's own folder."""
    return create_image_store(settings)
