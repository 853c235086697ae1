"""An image store behind any fsspec address, such as an S3 bucket."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import uuid4

from app.errors import BloodcountError, StorageUnavailable
from app.storage.keys import PARTS_FOLDER, checked_image_key, checked_key, checked_part_key, new_part_key, storage_key
from app.storage.local_store import full_disk_told

_WITHOUT_FOLDERS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"})
"""Stores of objects: there, fsspec would make a missing bucket when asked for a folder, and hide a mistyped name."""


class RemoteIncomingImage:
    """A temporary file of this machine, sent to the store as a whole when it is kept."""

    def __init__(self, filesystem: Any, root: str, file: BinaryIO) -> None:  # noqa: ANN401  # fsspec has no types
        self.file = file
        self._filesystem = filesystem
        self._root = root

    def keep(self, sha256: str) -> str:
        """Send the bytes under their key, unless they are there; objects appear whole or not at all.

        Raises:
            StorageFull: The store has no room left.
            StorageUnavailable: The store does not answer; the same upload can be sent again.
        """
        key = storage_key(sha256)
        target = f"{self._root}/{key}"
        self.file.flush()
        with _store_trouble_told(), full_disk_told():
            if not self._is_there(target):
                _make_folder(self._filesystem, target.rpartition("/")[0])
                self._filesystem.put_file(self.file.name, target)
        return key

    def keep_part(self, part_key: str | None = None) -> str:
        """Send the bytes as a part of a file, under the key given or one that nothing has yet.

        Raises:
            StorageFull: The store has no room left.
            StorageUnavailable: The store does not answer.
            ValueError: The key is none of a part.
        """
        key = checked_part_key(part_key or new_part_key())
        target = f"{self._root}/{key}"
        self.file.flush()
        with _store_trouble_told(), full_disk_told():
            _make_folder(self._filesystem, target.rpartition("/")[0])
            self._filesystem.put_file(self.file.name, target)
        return key

    def _is_there(self, target: str) -> bool:
        try:
            size: int = self._filesystem.info(target)["size"]
        except FileNotFoundError:
            return False
        return size == Path(self.file.name).stat().st_size


class RemoteImageStore:
    """Images as objects under ``root`` of an fsspec file system, each named for its content."""

    def __init__(self, filesystem: Any, root: str) -> None:  # noqa: ANN401  # fsspec has no types
        self._filesystem = filesystem
        self._root = root.rstrip("/")

    @contextmanager
    def receive(self) -> Iterator[RemoteIncomingImage]:
        """A temporary file of this machine, gone at the end of the block.

        Raises:
            StorageFull: This machine's disk has no room left.
        """
        with full_disk_told(), NamedTemporaryFile() as file:
            yield RemoteIncomingImage(self._filesystem, self._root, cast("BinaryIO", file.file))

    def open(self, storage_key: str) -> BinaryIO:
        """The image's bytes; the caller closes the stream.

        Raises:
            FileNotFoundError: There is no image under this key.
            StorageUnavailable: The store does not answer.
        """
        key = checked_key(storage_key)
        with _store_trouble_told(missing_is_told=True):
            return cast("BinaryIO", self._filesystem.open(f"{self._root}/{key}", "rb"))

    def delete_part(self, part_key: str) -> None:
        """Delete a part; one that is gone already is no fault.

        Raises:
            ValueError: It is the key of an image.
        """
        with suppress(FileNotFoundError):
            self._filesystem.rm_file(f"{self._root}/{checked_part_key(part_key)}")

    def has_image(self, storage_key: str) -> bool:
        """Whether there is an image under this key now.

        Raises:
            StorageUnavailable: The store does not answer.
        """
        with _store_trouble_told():
            return bool(self._filesystem.exists(f"{self._root}/{checked_image_key(storage_key)}"))

    def delete_image(self, storage_key: str) -> None:
        """Delete an image for good; one that is gone already is no fault.

        Raises:
            StorageUnavailable: The store does not answer.
            ValueError: It is the key of a part.
        """
        with _store_trouble_told(), suppress(FileNotFoundError):
            self._filesystem.rm_file(f"{self._root}/{checked_image_key(storage_key)}")

    def list_parts(self, *, older_than: datetime) -> list[str]:
        """The keys of the parts that were stored before a moment."""
        folder = f"{self._root}/{PARTS_FOLDER}"
        if not self._filesystem.exists(folder):
            return []
        parts = {path.rpartition("/")[2]: path for path in self._filesystem.ls(folder, detail=False)}
        return [
            f"{PARTS_FOLDER}/{name}"
            for name, path in parts.items()
            if _aware(self._filesystem.modified(path)) < older_than
        ]

    def check(self) -> None:
        """Prove that the store can be written to now.

        Raises:
            StorageUnavailable: It does not answer, or its bucket is not there.
        """
        probe = f"{self._root}/probe-{uuid4().hex}"
        with _store_trouble_told():
            _make_folder(self._filesystem, self._root)
            self._filesystem.pipe_file(probe, b"\0")
            self._filesystem.rm_file(probe)


def _make_folder(filesystem: Any, folder: str) -> None:  # noqa: ANN401  # fsspec has no types
    protocols = {filesystem.protocol} if isinstance(filesystem.protocol, str) else set(filesystem.protocol)
    if not protocols & _WITHOUT_FOLDERS:
        filesystem.makedirs(folder, exist_ok=True)


@contextmanager
def _store_trouble_told(*, missing_is_told: bool = False) -> Iterator[None]:
    """Turn what the libraries behind fsspec raise, most of it no OSError, into the one word of this application.

    Raises:
        StorageUnavailable: The store did not do what it was asked to.
        FileNotFoundError: What was asked for is not there, and that is an answer and no trouble.
    """
    try:
        yield
    except (BloodcountError, ValueError):
        raise
    except Exception as error:
        if isinstance(error, FileNotFoundError) and missing_is_told:
            raise
        raise StorageUnavailable(
            f"The image store cannot be used now ({_reason(error)}); nothing that was accepted is lost, "
            "so try again in a while."
        ) from error


def _reason(error: Exception) -> str:
    """What went wrong, in a few words and without the store's address, which may hold a password."""
    return "its bucket or folder is not there" if isinstance(error, FileNotFoundError) else type(error).__name__


def _aware(moment: datetime) -> datetime:
    """The moment with its time zone; file systems that give none mean UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
