"""A copy of weights that is broken off leaves nothing on the disk of the machine that wanted it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from app.db.records import WeightsReleaseRecord
from app.errors import StorageUnavailable
from app.jobs.weights_files import WeightsFiles
from app.settings import Settings


class StoreThatGoesAway:
    """Gives the beginning of every file, and then does not answer any more."""

    @contextmanager
    def open(self, _key: str) -> Iterator[BinaryIO]:
        """Open a file."""
        file = _Broken(bytes(10))
        yield file


class _Broken(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if piece := super().read(size):
            return piece
        raise StorageUnavailable("The image store does not answer.")


def test_a_store_that_goes_away_meanwhile_fills_no_disk(settings: Settings) -> None:
    release = WeightsReleaseRecord(
        file_name="w", sha256="a" * 64, byte_size=20, storage_key="a", manifest_json="{}", uploaded_by="anna"
    )
    store: Any = StoreThatGoesAway()
    files = WeightsFiles(settings, store)

    for _ in range(2):  # as often as a process tries again
        with pytest.raises(StorageUnavailable):
            files.fetch(release)

    folder: Path = settings.data_dir / "weights" / ("a" * 64)
    assert list(folder.iterdir()) == []
