"""SIGKILL at any moment: every image whose upload was promised is counted exactly once, and nothing is left broken."""

import contextlib
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import select

from app.db.records import AnalysisRecord, FieldImageRecord
from app.db.session import Database
from app.schemas.samples import ImageStatus
from app.services.queue.results import image_content
from app.settings import Settings
from app.storage import create_image_store
from tests.jobs.laboratory import FINISHED, wait_for
from tests.sample_images import image_bytes

PROJECT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class CountingProcess:
    """One run of ``counting_process``: takes paths, gives promises, and can be killed."""

    def __init__(self, settings: Settings, log: IO[str], *options: str) -> None:
        """Start it."""
        command = [sys.executable, "-m", "tests.jobs.counting_process", "--url", settings.database_url]
        command += ["--data-dir", str(settings.data_dir), *options]
        self.process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        self.promises: dict[str, int | None] = {}
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(("field-", "poison")):
                name, _, number = line.strip().partition(" ")
                self.promises[name] = None if number == "-" else int(number)
            self._lines.put(line)

    def wait_until_ready(self) -> None:
        while self._lines.get(timeout=60) != "ready\n":
            pass

    def send(self, *paths: Path) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{path}\n" for path in paths))
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.wait_until_dead()

    def stop(self) -> None:
        """Let it end in good order."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.wait_until_dead() == 0

    def wait_until_dead(self) -> int:
        code = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):  # what was still to be sent to a killed process
                pipe.close()
        return code


Start = Callable[..., CountingProcess]


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    """Start counting processes; those still running at the end of the test are killed."""
    processes: list[CountingProcess] = []
    log_path = tmp_path / "log.txt"
    with log_path.open("w") as log:

        def start_one(*options: str) -> CountingProcess:
            process = CountingProcess(settings, log, *options)
            processes.append(process)
            process.wait_until_ready()
            return process

        yield start_one
        for process in processes:
            if process.process.poll() is None:
                process.kill()
    sys.stdout.write(log_path.read_text())  # pytest shows it when the test fails


@pytest.fixture
def fields(tmp_path: Path) -> Callable[[int], list[Path]]:
    """Image files, each different."""

    def make(number: int) -> list[Path]:
        paths = [tmp_path / f"field-{seed}.png" for seed in range(number)]
        for seed, path in enumerate(paths):
            path.write_bytes(image_bytes(seed))
        return paths

    return make


def images(database: Database) -> list[FieldImageRecord]:
    with database.unit_of_work() as session:
        return list(session.scalars(select(FieldImageRecord).order_by(FieldImageRecord.id)))


def analysed_images(database: Database) -> list[int]:
    with database.unit_of_work() as session:
        return sorted(session.scalars(select(AnalysisRecord.image_id)))


def all_finished(database: Database) -> bool:
    return all(image.status in FINISHED for image in images(database))


def test_every_promised_image_is_counted_exactly_once(
    start: Start, fields: Callable[[int], list[Path]], database: Database
) -> None:
    paths = fields(30)
    promises: dict[str, int | None] = {}
    for kill_after in (4, 10):
        process = start("--delay", "0.2")
        process.send(*(path for path in paths if path.name not in promises))
        wait_for(lambda: len(process.promises) >= kill_after)  # noqa: B023  # waited for before the next round
        process.kill()
        promises |= process.promises
    interrupted = [image for image in images(database) if image.status not in FINISHED]
    assert interrupted, "the kills came too late to prove anything"

    last = start("--delay", "0.01")
    last.send(*(path for path in paths if path.name not in promises))
    wait_for(lambda: len(last.promises) + len(promises) >= len(paths), timeout_s=60)
    wait_for(lambda: all_finished(database), timeout_s=120)
    last.stop()

    promises |= last.promises
    stored = {image.id for image in images(database)}
    assert {number for number in promises.values() if number is not None} <= stored
    assert len(stored) == len(paths)
    assert analysed_images(database) == sorted(stored)
    assert {image.status for image in images(database)} == {ImageStatus.COUNTED}


def test_a_kill_between_storage_and_commit_leaves_no_broken_row(
    start: Start, fields: Callable[[int], list[Path]], database: Database, settings: Settings
) -> None:
    [path] = fields(1)
    dying = start("--die-before-commit")
    dying.send(path)
    assert dying.wait_until_dead() == -signal.SIGKILL
    assert dying.promises == {}
    assert images(database) == []

    process = start()
    process.send(path)
    wait_for(lambda: len(images(database)) == 1 and all_finished(database))
    process.stop()

    assert process.promises == {path.name: images(database)[0].id}
    with database.unit_of_work() as session:
        content = image_content(session, create_image_store(settings), image_id=images(database)[0].id)
        with content.stream as stream:
            assert stream.read() == path.read_bytes()


def test_another_executor_takes_over_from_one_that_dies(
    start: Start, fields: Callable[[int], list[Path]], database: Database
) -> None:
    paths = fields(8)
    dying = start("--delay", "300", "--slots", "2")
    dying.send(*paths)
    wait_for(lambda: len(dying.promises) == len(paths))
    wait_for(lambda: sum(image.status is ImageStatus.COUNTING for image in images(database)) == 2)
    survivor = start("--delay", "0.01")

    dying.kill()

    wait_for(lambda: all_finished(database), timeout_s=120)
    survivor.stop()
    assert analysed_images(database) == sorted(image.id for image in images(database))
    assert len(images(database)) == len(paths)
    assert sorted(image.attempts for image in images(database)) == [1] * 6 + [2] * 2


def test_an_image_that_kills_its_process_is_given_up_and_the_others_are_counted(
    start: Start, fields: Callable[[int], list[Path]], database: Database, tmp_path: Path
) -> None:
    poison = tmp_path / "poison.png"
    poison.write_bytes(image_bytes(999))
    paths = fields(4)
    options = ("--poison", str(poison), "--max-starts", "2", "--delay", "0.1", "--slots", "2")
    process = start(*options)
    process.send(poison, *paths)
    deaths = 0
    deadline = time.monotonic() + 200
    while not (len(images(database)) == 5 and all_finished(database)):
        assert time.monotonic() < deadline, "it was never given up"
        if process.process.poll() is not None:
            process.wait_until_dead()
            deaths += 1
            sent = {image.file_name for image in images(database)}
            process = start(*options)
            process.send(*(path for path in paths if path.name not in sent))
        time.sleep(0.05)
    process.stop()

    by_name = {image.file_name: image for image in images(database)}
    assert deaths == 2
    assert (by_name["poison.png"].status, by_name["poison.png"].reason_code) == (ImageStatus.FAILED, "counting_failed")
    assert all(by_name[path.name].status is ImageStatus.COUNTED for path in paths)
