"""What every test can rely on: a clean environment, and tools that are there or a reason for skipping."""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from tests.database_fixtures import (
    database,
    database_url,
    empty_database,
    postgres_with_schema,
    settings,
    sqlite_with_schema,
    store,
)

__all__ = [
    "database",
    "database_url",
    "empty_database",
    "postgres_with_schema",
    "settings",
    "sqlite_with_schema",
    "store",
]

# A shared machine can stall any example; a deadline, or a check of how fast examples are made, would make sound tests
# fail now and then.
hypothesis.settings.register_profile(
    "bloodcount",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("bloodcount")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
POSTGRES_URL = os.environ.get("BLOODCOUNT_TEST_POSTGRES_URL")
CHROMIUM = os.environ.get("BLOODCOUNT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is missing, with the reason; in CI every tool has to be there, so fail instead."""
    if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
        pytest.skip("needs the real data sets in ../shared/data, which are not part of this project")
    missing = []
    if item.get_closest_marker("postgres") and not POSTGRES_URL:
        missing.append("needs PostgreSQL: set BLOODCOUNT_TEST_POSTGRES_URL to an empty database")
    if item.get_closest_marker("browser") and not CHROMIUM:
        missing.append("needs Chromium: install it, or set BLOODCOUNT_TEST_CHROMIUM to its path")
    if missing and os.environ.get("CI") == "true":
        pytest.fail("; ".join(missing))
    if missing:
        pytest.skip("; ".join(missing))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's own settings, ``.env`` file and data folder out of every test."""
    for name in os.environ:
        if name.startswith("BLOODCOUNT_") and not name.startswith("BLOODCOUNT_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Address of a PostgreSQL database for tests marked ``postgres``."""
    assert POSTGRES_URL, "mark this test with @pytest.mark.postgres"
    return POSTGRES_URL


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the Chromium program for tests marked ``browser``."""
    assert CHROMIUM, "mark this test with @pytest.mark.browser"
    return CHROMIUM


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the real data sets for tests marked ``shared_data``."""
    return SHARED_DATA
