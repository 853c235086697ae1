"""Databases and settings of one test each: SQLite always, PostgreSQL where there is one."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from app.db.migrating import upgrade_schema
from app.db.session import Database, create_database
from app.settings import Settings
from app.storage import ImageStore, create_image_store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database that only this test uses."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/bloodcount.db"
        return
    server = make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"bloodcount_test_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


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
