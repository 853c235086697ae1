"""Every test here runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest

from app.db.session import Database
from app.settings import Settings
from app.storage import ImageStore
from tests.jobs.laboratory import Laboratory


@pytest.fixture
def laboratory(database: Database, store: ImageStore, settings: Settings) -> Iterator[Laboratory]:
    """A process that can count."""
    laboratory = Laboratory(database, store, settings)
    yield laboratory
    laboratory.stop_all()
