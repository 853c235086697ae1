"""What ``bloodcount watch`` remembers: the files it sent, and the round of files that it is sending now."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from app.errors import CommandFailed

_TABLES = """
CREATE TABLE IF NOT EXISTS round (id INTEGER PRIMARY KEY, key TEXT NOT NULL, is_done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS file (
    path TEXT PRIMARY KEY, byte_size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, round_id INTEGER NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it was found: its path below the watched folder, its size and when it was changed last."""

    path: str
    byte_size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Round:
    """Files that are sent as one batch. ``key`` is its idempotency key: the same round is always the same batch."""

    id: int
    key: str
    files: tuple[FoundFile, ...]


class SentFiles:
    """The memory of one watched folder: a small SQLite file that one process holds at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["SentFiles"]:
        """The memory in a file, made when missing.

        Raises:
            CommandFailed: Another ``bloodcount watch`` has it, or it is no such memory.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=1.0, isolation_level=None)
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.executescript(_TABLES)
            yield cls(connection)
        except sqlite3.DatabaseError as error:
            raise CommandFailed(
                f"The memory {path} cannot be used ({error}); stop the other 'bloodcount watch' of this folder, or "
                "name another file with --state."
            ) from error
        finally:
            connection.close()

    def unknown(self, files: Sequence[FoundFile]) -> list[FoundFile]:
        """Those of the files that were not sent as they are now."""
        known = {row[0]: row[1:] for row in self._connection.execute("SELECT path, byte_size, mtime_ns FROM file")}
        return [file for file in files if known.get(file.path) != (file.byte_size, file.mtime_ns)]

    def plan(self, files: Sequence[FoundFile]) -> Round:
        """Remember, before anything is sent, which files are sent together."""
        key = uuid4().hex
        with self._transaction():
            cursor = self._connection.execute("INSERT INTO round (key) VALUES (?)", (key,))
            round_id = cursor.lastrowid or 0
            self._connection.executemany(
                "INSERT OR REPLACE INTO file (path, byte_size, mtime_ns, round_id) VALUES (?, ?, ?, ?)",
                [(file.path, file.byte_size, file.mtime_ns, round_id) for file in files],
            )
        return Round(round_id, key, tuple(files))

    def open_round(self) -> Round | None:
        """The round that was begun and not finished, if there is one."""
        row = self._connection.execute("SELECT id, key FROM round WHERE is_done = 0 ORDER BY id LIMIT 1").fetchone()
        if row is None:
            return None
        files = self._connection.execute(
            "SELECT path, byte_size, mtime_ns FROM file WHERE round_id = ? ORDER BY path", (row[0],)
        )
        return Round(row[0], row[1], tuple(FoundFile(*file) for file in files))

    def finish(self, done: Round, *, unsent: Sequence[str] = ()) -> None:
        """Remember that a round is sent; ``unsent`` files of it are forgotten, so that they are sent anew."""
        with self._transaction():
            self._connection.execute("UPDATE round SET is_done = 1 WHERE id = ?", (done.id,))
            self._connection.executemany(
                "DELETE FROM file WHERE path = ? AND round_id = ?", [(path, done.id) for path in unsent]
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def state_file(folder: Path, server: str) -> Path:
    """Where the memory of a folder and a server lies unless told otherwise: never in the watched folder."""
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    name = hashlib.sha256(f"{folder.resolve()}\n{server.rstrip('/')}".encode()).hexdigest()[:12]
    return Path(base) / "bloodcount" / f"watch-{name}.db"
