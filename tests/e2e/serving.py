"""Starts the application as a program of its own, as a laboratory does."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.db.migrating import upgrade_schema
from app.db.session import create_database
from app.services.accounts.tokens import create_token
from app.settings import Settings
from tests.signing_in import SESSION_COOKIE, open_test_session

TEST_SESSION = "a-session-of-the-tests-with-enough-letters-in-it"
"""The same for every server: browsers send a host's cookies to each of its ports."""

TEST_COOKIE = f"{SESSION_COOKIE}={TEST_SESSION}"
"""The header ``Cookie`` of a program that is signed in."""

LABORATORY_HOST = "laboratory.test"
"""A name under which the browser reaches this machine as if it were a server in the laboratory's network."""

ROOT = Path(__file__).parents[2]
_START_DEADLINE_S = 120.0
_STOP_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, its process number, where its data lie and what it has said."""

    url: str
    pid: int
    data_dir: Path
    log: Path

    def sign_in(self) -> None:
        """Let everybody in who brings ``TEST_SESSION``: an admin's session, put into the server's database."""
        let_test_session_in(self.data_dir)

    def largest_memory_mb(self) -> float:
        """The most memory the process ever held, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1000


def let_test_session_in(data_dir: Path) -> None:
    """Let everybody in who brings ``TEST_SESSION``: an admin's session, put into the database of this folder."""
    database = create_database(Settings(data_dir=data_dir))
    upgrade_schema(database)  # a server of a test may still be about to
    open_test_session(database, secret=TEST_SESSION)
    database.dispose()


def new_token(data_dir: Path) -> str:
    """A token for programs, put into the database of this folder."""
    database = create_database(Settings(data_dir=data_dir))
    upgrade_schema(database)
    with database.unit_of_work() as session:
        token = create_token(session, name="test program")
    database.dispose()
    return token


@contextmanager
def running_server(
    arguments: list[str], folder: Path, *, is_signed_in: bool = True, **settings: str
) -> Iterator[Server]:
    """The server that ``python ARGUMENTS`` starts, with its data in a folder; it tells its address when it is ready.

    Browser windows of ``new_page`` are signed in there, unless ``is_signed_in`` is False. ``settings`` are further
    ones, by their names in capitals without the prefix.
    """
    log = folder / "server.log"
    environment = os.environ | {
        "BLOODCOUNT_DATA_DIR": str(folder / "data"),
        "BLOODCOUNT_ALLOWED_HOSTS": LABORATORY_HOST,
        # Several servers wait beside each test on two processors; each look at the queue takes from what works.
        "BLOODCOUNT_QUEUE_POLL_SECONDS": "0.4",
        "PYTHONPATH": str(ROOT),
        **{f"BLOODCOUNT_{name}": value for name, value in settings.items()},
    }
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environment, stderr=stream)
    try:
        server = Server(_address(process, log), process.pid, folder / "data", log)
        if is_signed_in:
            server.sign_in()
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_DEADLINE_S)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _START_DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"ready: (http://\S+)", log.read_text(encoding="utf-8"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')[-2000:]}")
