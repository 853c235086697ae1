"""The decoder processes of this process: started when needed, used again and again, replaced when one dies."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import structlog

from app.protection_errors import DecoderUnavailable
from app.services.images.decoding.messages import ConversationEnded, receive_message, send_message

_log = structlog.get_logger("bloodcount.decoding")

_PROGRAM = (sys.executable, "-m", "app.services.images.decoding.child")
_START_SECONDS = 60.0
_IMAGES_A_PROCESS = 1_000
"""After so many images a process makes room for a new one: what a decoder leaks never adds up."""

_MOST_PROCESSES = 8


class DecoderFailed(Exception):
    """The process did not answer a question: ``how`` is crashed, timed_out or out_of_memory."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class DecoderProcess:
    """One decoder process and the channel to it."""

    def __init__(self, program: Sequence[str]) -> None:
        """Start it and wait until it is ready.

        Raises:
            DecoderUnavailable: The system lets no process start, or it does not get ready.
        """
        self.answered = 0
        self._channel, theirs = socket.socketpair()
        self._channel.settimeout(_START_SECONDS)
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - this very program, and a number
                    [*program, str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                )
        except OSError as error:
            self._channel.close()
            raise DecoderUnavailable(str(error)) from error
        try:
            receive_message(self._channel)
        except (ConversationEnded, OSError) as error:
            self.end()
            raise DecoderUnavailable(f"it ended with status {self._process.returncode}") from error

    def ask(self, question: dict[str, Any], files: tuple[int, ...], *, seconds: float) -> dict[str, Any]:
        """The answer to a question about an open file.

        Raises:
            DecoderFailed: It has none; this process is of no use any more.
        """
        self._channel.settimeout(seconds)
        try:
            send_message(self._channel, question | {"seconds": seconds}, files)
            answer, _ = receive_message(self._channel)
        except TimeoutError as error:
            raise DecoderFailed("timed_out") from error
        except (ConversationEnded, OSError) as error:
            raise DecoderFailed("crashed") from error
        if "failed" in answer:
            raise DecoderFailed("out_of_memory" if answer["failed"] == "memory" else "crashed")
        self.answered += 1
        return answer

    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def end(self) -> None:
        """Stop it at once, whatever it does."""
        self._channel.close()
        self._process.kill()
        self._process.wait()


class DecoderPool:
    """Decoder processes for the threads of one process; as many threads wait as there are more than processes."""

    def __init__(self, program: Sequence[str] = _PROGRAM, *, most: int | None = None) -> None:
        self._program = program
        self._places = threading.BoundedSemaphore(most or min(_MOST_PROCESSES, max(2, os.cpu_count() or 1)))
        self._lock = threading.Lock()
        self._idle: list[DecoderProcess] = []

    def ask(self, question: dict[str, Any], files: tuple[int, ...], *, seconds: float) -> dict[str, Any]:
        """The answer of one of the processes; what made one crash is tried once more, by a new one.

        Raises:
            DecoderFailed: There is no answer, because of this file.
            DecoderUnavailable: No process can be started; this says nothing about the file.
        """
        with self._places:
            process = self._take()
            try:
                return self._ask(process, question, files, seconds)
            except DecoderFailed as failure:
                if failure.how != "crashed":
                    raise
                # The process may have been ended by the system for want of memory, not by its file.
                return self._ask(DecoderProcess(self._program), question, files, seconds)

    def close(self) -> None:
        """End the processes; the next question starts others."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def _take(self) -> DecoderProcess:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.is_alive():
                    return process
                process.end()
        return DecoderProcess(self._program)

    def _ask(
        self, process: DecoderProcess, question: dict[str, Any], files: tuple[int, ...], seconds: float
    ) -> dict[str, Any]:
        with self._put_back(process):
            return process.ask(question, files, seconds=seconds)

    @contextlib.contextmanager
    def _put_back(self, process: DecoderProcess) -> Iterator[None]:
        try:
            yield
        except DecoderFailed as failure:
            _log.warning("decoder_failed", how=failure.how, after_images=process.answered)
            process.end()
            raise
        except BaseException:
            process.end()
            raise
        if process.answered >= _IMAGES_A_PROCESS:
            process.end()
            return
        with self._lock:
            self._idle.append(process)


@cache
def shared_pool() -> DecoderPool:
    """The one pool of this process; its processes end with it."""
    pool = DecoderPool()
    atexit.register(pool.close)
    return pool


def _environment() -> dict[str, str]:
    """What a decoder is told: where this program's parts lie, and no setting, address or password."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109 - a string among strings
    return kept | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
