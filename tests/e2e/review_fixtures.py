"""A server whose stand-in names the cells of drawn smears, and the smears."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.review_server import SMALL_FIELDS
from tests.e2e.serving import Server, running_server


@pytest.fixture(scope="session")
def review_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server draws its smears."""
    return tmp_path_factory.mktemp("review")


@pytest.fixture(scope="package")
def review_server(review_folder: Path) -> Iterator[Server]:
    """The application with a stand-in that names cells."""
    with running_server(["-m", "tests.e2e.review_server"], review_folder) as started:
        yield started


@pytest.fixture(scope="package")
def review_smears(review_server: Server, review_folder: Path) -> list[Path]:
    """The drawn smears that the server knows."""
    assert review_server.pid
    return [review_folder / f"field-{seed}.png" for seed in range(1, SMALL_FIELDS + 1)]
