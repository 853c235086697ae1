"""Two applications: one where images stay in the queue, one that counts with a stand-in for the network.

Both are used by an admin who is signed in; ``strangers_site`` is not.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.example_smear import example_png
from model.rendering import example_recipe, render_smear
from tests.signing_in import sign_in
from tests.web.counters import KnowingCounter
from tests.web.site import Site

TEST_SERVER = "testserver"


@pytest.fixture(autouse=True)
def _test_server_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let applications that a test makes itself answer to the name that the test client calls them by."""
    monkeypatch.setenv("BLOODCOUNT_ALLOWED_HOSTS", TEST_SERVER)


@pytest.fixture
def settings(tmp_path: Path, sqlite_with_schema: Path) -> Settings:
    """Settings that keep everything in the test's own folder, with limits that are quick to reach."""
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_with_schema, tmp_path / "data" / "bloodcount.db")
    return Settings(
        data_dir=tmp_path / "data",
        allowed_hosts=TEST_SERVER,
        max_file_bytes=200_000,
        max_request_bytes=1_000_000,
        max_files_per_upload=5,
    )


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """An application that leaves the counting to workers, of which there are none."""
    with TestClient(create_app(settings, counting=False)) as client:
        yield Site(sign_in(client))


@pytest.fixture
def strangers_site(settings: Settings) -> Iterator[Site]:
    """The same application, used by somebody who is not signed in; redirects are shown, not followed."""
    with TestClient(create_app(settings, counting=False), follow_redirects=False) as client:
        yield Site(client)


@pytest.fixture(scope="session")
def counting_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An application that counts, shared by all tests: give every sample a number of its own."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("counting") / "data", allowed_hosts=TEST_SERVER)
    counter = KnowingCounter({example_png(): render_smear(example_recipe())})
    with TestClient(create_app(settings, counter_factory=lambda _: counter)) as client:
        yield Site(sign_in(client))
