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

ROOT = Path(__file__).parents[2]
_START_DEADLINE_S = 120.0
_STOP_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address and its process number."""

    url: str
    pid: int

    def largest_memory_mb(self) -> float:
        """The most memory the process ever held, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1000


@contextmanager
def running_server(arguments: list[str], folder: Path) -> Iterator[Server]:
    """The server that ``python ARGUMENTS`` starts, with its data in a folder; it tells its address when it is ready."""
    log = folder / "server.log"
    environment = os.environ | {"BLOODCOUNT_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environment, stderr=stream)
    try:
        yield Server(_address(process, log), process.pid)
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
