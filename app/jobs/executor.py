"""The name of this counting process: unique among all that run, and the same again after a restart."""

import fcntl
import hashlib
import socket
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from app.settings import InvalidSettings, Settings


@dataclass(frozen=True, slots=True)
class Executor:
    """A counting process's name, held by a locked file that the kernel frees even after SIGKILL."""

    id: str
    lock_file: IO[bytes]

    def release(self) -> None:
        """Free the name for another process."""
        self.lock_file.close()


def claim_executor(settings: Settings) -> Executor:
    """Take this process's name: the configured one, or host, data folder and the first free slot.

    After a crash the restarted process gets the same name at once and so finds its own jobs again.

    Raises:
        InvalidSettings: Another process on this machine has the configured name.
    """
    folder = settings.data_dir / "executors"
    folder.mkdir(parents=True, exist_ok=True)
    if settings.executor_id is not None:
        lock_file = _lock(folder / f"{_digest(settings.executor_id)}.lock")
        if lock_file is None:
            raise InvalidSettings(
                f"BLOODCOUNT_EXECUTOR_ID={settings.executor_id!r} is used by another process; give each its own."
            )
        return Executor(settings.executor_id, lock_file)
    base = f"{socket.gethostname()[:60]}:{_digest(str(settings.data_dir.resolve()))}"
    for slot in count(1):
        lock_file = _lock(folder / f"{_digest(base)}-{slot}.lock")
        if lock_file is not None:
            return Executor(f"{base}:{slot}", lock_file)
    raise AssertionError("count() never ends")


def _lock(path: Path) -> IO[bytes] | None:
    lock_file = path.open("ab")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock_file.close()
        return None
    return lock_file


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
