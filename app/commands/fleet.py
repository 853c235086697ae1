"""Web servers and workers started for a measurement, each a process that can be killed and is started again."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.commands.server_benchmark import resident_mb
from app.errors import CommandFailed
from app.settings import ENV_PREFIX

_READY_WITHIN_S = 120.0
_RESTART_AFTER_S = 1.0
_LOOK_S = 0.2
_PROGRAM = [sys.executable, "-c", "from app.cli import main; main()"]


@dataclass(slots=True)
class Member:
    """One process of the fleet: its command, its log, and its address if it is a web server.

    ``resident_mb`` holds the memory of the life it leads, first when it was ready and at its largest.
    """

    name: str
    command: list[str]
    log: Path
    url: str | None = None
    process: subprocess.Popen[bytes] | None = None
    resident_mb: tuple[float, float] | None = None
    growth_mb: list[float] = field(default_factory=list)

    def is_ready(self) -> bool:
        """Whether it answers; a worker whether it said that it counts."""
        if self.url is None:
            return b"is counting queued images" in self.log.read_bytes()
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):  # noqa: S310  # an address made here
                return True
        except (urllib.error.URLError, OSError):
            return False

    def note_memory(self) -> None:
        """Look how much memory it has now."""
        try:
            now = resident_mb(self.process.pid) if self.process else 0.0
        except (OSError, IndexError):
            return  # it has just been killed
        first, most = self.resident_mb or (now, now)
        self.resident_mb = (first, max(most, now))

    def end_life(self) -> None:
        """Keep how much it grew in the life that ended."""
        if self.resident_mb:
            self.growth_mb.append(self.resident_mb[1] - self.resident_mb[0])
        self.resident_mb = None


class Fleet:
    """``webs`` servers that only take images in and ``workers`` that count them, on one database and image store.

    Whatever dies is started again after a second, as a service manager does.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, *, webs: int, worker_command: list[str]) -> None:
        # Nothing of the installation's own may be touched: every variable of it is left out.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
        self._environment = inherited | dict(environment)
        self.folder = folder
        self._worker_command = worker_command
        self.members = [self._web(number) for number in range(1, webs + 1)]
        self.kills: list[str] = []
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._supervise, name="fleet", daemon=True)

    @property
    def urls(self) -> list[str]:
        """Where the web servers are."""
        return [member.url for member in self.members if member.url]

    def add_workers(self, number: int) -> None:
        """Start further workers and wait until they count."""
        first = len(self.members) - len(self.urls) + 1
        added = [
            Member(f"worker-{index}", self._worker_command, self.folder / f"worker-{index}.log")
            for index in range(first, first + number)
        ]
        with self._lock:
            for member in added:
                self._start(member)
            self.members += added
        self._wait_until_ready(added)

    def kill_one(self, chance: random.Random) -> str:
        """Kill one process that lives, chosen at random, and return its name."""
        with self._lock:
            member = chance.choice([one for one in self.members if one.process and one.process.poll() is None])
            assert member.process is not None  # noqa: S101  # chosen so
            member.process.send_signal(signal.SIGKILL)
        self.kills.append(member.name)
        return member.name

    def web_growth_mb(self) -> float:
        """How much a web server's memory grew at most, from when it was ready to its end."""
        return max((growth for member in self.members if member.url for growth in member.growth_mb), default=0.0)

    @contextmanager
    def running(self) -> Iterator["Fleet"]:
        """The web servers, ready, and the supervision; everything has ended afterwards.

        Raises:
            CommandFailed: One did not get ready.
        """
        try:
            for member in self.members:
                self._start(member)
            self._wait_until_ready(self.members)
            self._thread.start()
            yield self
        finally:
            self._end()

    def _web(self, number: int) -> Member:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [*_PROGRAM, "serve", "--no-counting", "--host", "127.0.0.1", "--port", str(port)]
        return Member(f"web-{number}", command, self.folder / f"web-{number}.log", f"http://127.0.0.1:{port}")

    def _start(self, member: Member) -> None:
        with member.log.open("ab") as log:
            member.process = subprocess.Popen(member.command, env=self._environment, stderr=log)  # noqa: S603

    def _wait_until_ready(self, members: list[Member]) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        for member in members:
            while not member.is_ready():
                if time.monotonic() > deadline:
                    said = " ".join(member.log.read_text(errors="replace").splitlines()[-3:])
                    raise CommandFailed(f"{member.name} did not get ready; it said: {said or 'nothing'}")
                time.sleep(_LOOK_S)
            member.note_memory()

    def _supervise(self) -> None:
        died_at: dict[str, float] = {}
        while not self._ending.wait(_LOOK_S):
            with self._lock:
                for member in self.members:
                    if member.process is not None and member.process.poll() is None:
                        if member.url and (member.resident_mb or member.is_ready()):
                            member.note_memory()
                        continue
                    member.end_life()
                    if time.monotonic() - died_at.setdefault(member.name, time.monotonic()) >= _RESTART_AFTER_S:
                        del died_at[member.name]
                        self._start(member)

    def _end(self) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        living = [member.process for member in self.members if member.process]
        for process in living:
            process.terminate()
        for process in living:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for member in self.members:
            member.end_life()


def program(*arguments: str) -> list[str]:
    """The command line of ``bloodcount`` with these arguments, in this very Python."""
    return [*_PROGRAM, *arguments]


def stand_in_worker(seconds: float) -> list[str]:
    """The command line of a worker whose counter only waits."""
    return [sys.executable, "-m", "app.commands.stand_in_worker", str(seconds)]
