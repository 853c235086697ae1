"""Weights files of this machine: fetched from the image store once, and proved to be what they were."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from app.db.records import WeightsReleaseRecord
from app.errors import WeightsUnavailable
from app.settings import Settings
from app.storage import ImageStore

_CHUNK_BYTES = 1024 * 1024


class WeightsFiles:
    """Copies of the releases that this process was told to load, below the data folder."""

    def __init__(self, settings: Settings, store: ImageStore) -> None:
        self._folder = settings.data_dir / "weights"
        self._store = store

    def fetch(self, release: WeightsReleaseRecord) -> Path:
        """The weights file of a release with its manifest beside it.

        Raises:
            WeightsUnavailable: The store has no such file any more, or another one under its name.
            StorageUnavailable: The store does not answer.
        """
        folder = self._folder / release.sha256
        path = folder / "weights.safetensors"
        folder.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.stat().st_size != release.byte_size or _digest(path) != release.sha256:
            copy_release(self._store, release, path)
            if _digest(path) != release.sha256:
                path.unlink()
                raise WeightsUnavailable(
                    f"The weights number {release.id} in the image store are not those that were added; restore the "
                    "store from a backup, or roll back."
                )
        _write(path.with_suffix(".json"), release.manifest_json.encode())
        return path


def copy_release(store: ImageStore, release: WeightsReleaseRecord, path: Path) -> None:
    """Copy a release's weights from the store to a file of this machine, which appears whole or not at all.

    Raises:
        WeightsUnavailable: The store has no such file any more.
        StorageUnavailable: The store does not answer.
    """
    if release.storage_key is None:
        raise WeightsUnavailable(f"The file of the weights number {release.id} was deleted; add them again.")
    try:
        with store.open(release.storage_key) as source, _appearing(path) as file:
            while chunk := source.read(_CHUNK_BYTES):
                file.write(chunk)
    except FileNotFoundError as error:
        store.check()  # a folder that is not mounted has lost nothing
        raise WeightsUnavailable(
            f"The file of the weights number {release.id} is gone from the image store; restore it from a backup, or "
            "roll back."
        ) from error


def _write(path: Path, content: bytes) -> None:
    with _appearing(path) as file:
        file.write(content)


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name once all of it is written; broken off, it leaves nothing to fill the disk."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            yield file
            file.flush()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
