"""Programs of this project that run beside a counting process, watched until they end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import app

_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")
"""What a child knows of the environment: no address of a database, no password."""

_LOOK_EVERY_S = 0.5


class ChildStoppedError(Exception):
    """The parent is to stop, so its child was ended."""


class ChildTooSlowError(Exception):
    """The child took longer than it may."""


@dataclass(frozen=True, slots=True)
class ChildEnd:
    """How a child ended and what it said."""

    exit_code: int
    answer: str
    errors: str


def run_child(
    arguments: Sequence[str],
    *,
    folder: Path,
    timeout_s: float,
    may_go_on: Callable[[], bool],
) -> ChildEnd:
    """Run ``python -m ARGUMENTS`` in a folder; ``may_go_on`` is asked twice a second.

    Raises:
        ChildStoppedError: ``may_go_on`` said no; the child was killed.
        ChildTooSlowError: It ran longer than ``timeout_s`` and was killed.
    """
    command = [sys.executable, "-P", "-m", *arguments]
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = str(Path(app.__file__).resolve().parents[1])
    deadline = time.monotonic() + timeout_s
    with subprocess.Popen(  # noqa: S603 - this program's own modules
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            while True:
                try:
                    answer, errors = child.communicate(timeout=_LOOK_EVERY_S)
                    return ChildEnd(child.returncode, answer, errors)
                except subprocess.TimeoutExpired:
                    if not may_go_on():
                        raise ChildStoppedError from None
                    if time.monotonic() > deadline:
                        raise ChildTooSlowError from None
        finally:
            child.kill()
