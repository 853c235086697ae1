"""An image store behind any fsspec address, such as an S3 bucket."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import uuid4

from app.storage.keys import PARTS_FOLDER, checked_key, checked_part_key, new_part_key, storage_key
from app.storage.local_store import full_disk_told


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
        """
        key = storage_key(sha256)
        target = f"{self._root}/{key}"
        self.file.flush()
        with full_disk_told():
            if not self._is_there(target):
                self._filesystem.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._filesystem.put_file(self.file.name, target)
        return key

    def keep_part(self) -> str:
        """Send the bytes as a part of a file, under a key that nothing has yet.

        Raises:
            StorageFull: The store has no room left.
        """
        key = new_part_key()
        target = f"{self._root}/{key}"
        self.file.flush()
        with full_disk_told():
            self._filesystem.makedirs(target.rpartition("/")[0], exist_ok=True)
            self._filesystem.put_file(self.file.name, target)
        return key

    def _is_there(self, target: str) -> bool:
        size: int = Path(self.file.name).stat().st_size
        return bool(self._filesystem.exists(target)) and self._filesystem.size(target) == size


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
        """
        return cast("BinaryIO", self._filesystem.open(f"{self._root}/{checked_key(storage_key)}", "rb"))

    def delete_part(self, part_key: str) -> None:
        """Delete a part; one that is gone already is no fault.

        Raises:
            ValueError: It is the key of an image.
        """
        with suppress(FileNotFoundError):
            self._filesystem.rm_file(f"{self._root}/{checked_part_key(part_key)}")

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
            OSError: It cannot.
        """
        probe = f"{self._root}/probe-{uuid4().hex}"
        self._filesystem.makedirs(self._root, exist_ok=True)
        self._filesystem.pipe_file(probe, b"\0")
        self._filesystem.rm_file(probe)


def _aware(moment: datetime) -> datetime:
    """The moment with its time zone; file systems that give none mean UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
