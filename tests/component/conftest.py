"""Every test here runs on SQLite and on PostgreSQL."""

import resource
from collections.abc import Callable, Iterator

import pytest

from app.db.session import Database
from app.settings import Settings
from app.storage import ImageStore
from tests.component.upload_desk import UploadDesk


@pytest.fixture
def desk(database: Database, store: ImageStore, settings: Settings) -> UploadDesk:
    """A sample that takes images."""
    return UploadDesk(database, store, settings)


@pytest.fixture
def small_disk() -> Iterator[Callable[[], None]]:
    """No file may grow beyond 1 MB, which the system reports much as a full disk; call it to end the shortage."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))

    def end_shortage() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    yield end_shortage
    end_shortage()
