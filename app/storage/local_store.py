"""An image store in a folder of this machine (or one that several machines share)."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from app.errors import StorageFull
from app.storage.keys import PARTS_FOLDER, checked_image_key, checked_key, checked_part_key, new_part_key, storage_key

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LEFTOVER_AGE_S = 86_400


class LocalIncomingImage:
    """A temporary file in the store's own folder, so that keeping it is a rename and no second copy."""

    def __init__(self, root: Path, file: BinaryIO) -> None:
        self.file = file
        self._root = root
        self._path = Path(file.name)

    def keep(self, sha256: str) -> str:
        """Flush the bytes to disk, give them their final name, and flush that name too.

        Raises:
            StorageFull: The disk has no room left.
        """
        return self._keep_as(storage_key(sha256))

    def keep_part(self, part_key: str | None = None) -> str:
        """Flush the bytes to disk as a part of a file, under the key given or one that nothing has yet.

        Raises:
            StorageFull: The disk has no room left.
            ValueError: The key is none of a part.
        """
        return self._keep_as(checked_part_key(part_key or new_part_key()))

    def _keep_as(self, key: str) -> str:
        target = self._root / key
        with full_disk_told():
            self.file.flush()
            os.fsync(self.file.fileno())
            _make_folders(self._root, target.parent)
            self._path.replace(target)
            _flush_folder(target.parent)
        return key


class LocalImageStore:
    """Images under ``root``, each in a file named for its content."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        _make_folders(root.parent, self._incoming)
        self._remove_leftovers()

    @contextmanager
    def receive(self) -> Iterator[LocalIncomingImage]:
        """A temporary file, gone at the end of the block unless it was kept.

        Raises:
            StorageFull: The disk has no room left.
        """
        with full_disk_told(), NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            try:
                yield LocalIncomingImage(self._root, cast("BinaryIO", file.file))
            finally:
                Path(file.name).unlink(missing_ok=True)

    def open(self, storage_key: str) -> BinaryIO:
        """The image's bytes; the caller closes the stream.

        Raises:
            FileNotFoundError: There is no image under this key.
        """
        return (self._root / checked_key(storage_key)).open("rb")

    def delete_part(self, part_key: str) -> None:
        """Delete a part; one that is gone already is no fault.

        Raises:
            ValueError: It is the key of an image.
        """
        (self._root / checked_part_key(part_key)).unlink(missing_ok=True)

    def has_image(self, storage_key: str) -> bool:
        """Whether there is an image under this key now."""
        return (self._root / checked_image_key(storage_key)).is_file()

    def delete_image(self, storage_key: str) -> None:
        """Delete an image for good; one that is gone already is no fault.

        Raises:
            ValueError: It is the key of a part.
        """
        path = self._root / checked_image_key(storage_key)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _flush_folder(path.parent)

    def list_parts(self, *, older_than: datetime) -> list[str]:
        """The keys of the parts that were stored before a moment."""
        folder = self._root / PARTS_FOLDER
        if not folder.is_dir():
            return []
        oldest = older_than.timestamp()
        return [f"{PARTS_FOLDER}/{entry.name}" for entry in os.scandir(folder) if entry.stat().st_mtime < oldest]

    def check(self) -> None:
        """Prove that the folder can be written to now.

        Raises:
            OSError: It cannot.
        """
        with NamedTemporaryFile(dir=self._incoming) as probe:
            probe.write(b"\0")
            probe.flush()

    def _remove_leftovers(self) -> None:
        """Delete uploads that a killed process left half received; another process's current ones are younger."""
        oldest = time.time() - _LEFTOVER_AGE_S
        for path in self._incoming.iterdir():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process that starts now was quicker


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turn the system's ways of saying that there is no room into the one that the application knows.

    Raises:
        StorageFull: The block met a full disk or quota.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from error
        raise


def _make_folders(root: Path, folder: Path) -> None:
    """Make ``folder`` and its missing parents below ``root``, each one's name flushed to disk."""
    missing = []
    while not folder.is_dir() and folder != root:
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True, parents=True)
        _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Write a folder's list of names to disk: without it a power cut can lose a flushed file's name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
