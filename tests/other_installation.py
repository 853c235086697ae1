"""A second, empty installation beside the one of the test, to restore a backup into."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from app.db.session import Database, create_database
from app.settings import Settings
from app.storage import ImageStore, create_image_store


@dataclass(frozen=True, slots=True)
class Other:
    """Another, empty installation of the same kind of database."""

    settings: Settings
    database: Database
    store: ImageStore


@pytest.fixture
def other(settings: Settings, tmp_path: Path) -> Iterator[Other]:
    """The second installation, gone after the test."""
    with _other_database_url(settings, tmp_path) as url:
        other_settings = Settings(data_dir=tmp_path / "other", database_url=url)
        database = create_database(other_settings)
        yield Other(other_settings, database, create_image_store(other_settings))
        database.dispose()


@contextmanager
def _other_database_url(settings: Settings, tmp_path: Path) -> Iterator[str]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{tmp_path}/other/bloodcount.db"
        return
    name = f"bloodcount_test_{uuid4().hex}"
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
