"""The counter with random weights, loaded once for all tests of a folder."""

from pathlib import Path

import pytest

from model.inference import CellCounter, load_cell_counter
from tests.random_release import random_release

__all__ = ["random_release"]


@pytest.fixture(scope="session")
def random_counter(random_release: Path) -> CellCounter:
    """The real counter and the real network, which has learnt nothing."""
    return load_cell_counter(random_release, device="cpu")
