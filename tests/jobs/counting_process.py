"""A whole process that takes images in and counts them, made to be killed: see ``test_sigkill``.

It reads one path a line from standard input, uploads that file, and writes the image's number (or ``-``) as its
promise that the image will be counted.
"""

import argparse
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.migrating import upgrade_schema
from app.db.records import SampleRecord
from app.db.session import Database, create_database
from app.errors import AccessionNumberTaken
from app.jobs import CountingRuntime, FieldCounter, JobEngine
from app.schemas.samples import NewSample
from app.schemas.uploads import IncomingFile
from app.services.intake.uploads import accept_images
from app.services.queue.job_queue import JobQueue
from app.services.samples.samples import create_sample
from app.settings import Settings
from app.storage import create_image_store
from tests.jobs.counters import DeadlyCounter, ScriptedCounter
from tests.jobs.laboratory import QUICK


class DeadlyQueue:
    """Kills the process when the image is stored and its row written, just before the commit."""

    def enqueue_count(self, *_: object, **__: object) -> None:
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.05)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--max-starts", type=int, default=QUICK.max_starts)
    parser.add_argument("--poison", type=Path)
    parser.add_argument("--die-before-commit", action="store_true")
    return parser.parse_args()


def _counter(arguments: argparse.Namespace) -> FieldCounter:
    if arguments.poison:
        return DeadlyCounter(arguments.poison.read_bytes(), delay_s=arguments.delay)
    return ScriptedCounter(delay_s=arguments.delay)


def _sample_id(database: Database) -> int:
    try:
        with database.unit_of_work() as session:
            return create_sample(session, new=NewSample(accession_number="24-0012")).id
    except AccessionNumberTaken:
        with database.unit_of_work() as session:
            return _only_sample(session)


def _only_sample(session: Session) -> int:
    return session.scalars(select(SampleRecord.id)).one()


def main() -> None:
    """Serve until standard input ends, then stop in good order."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for promises
    arguments = _arguments()
    settings = Settings(data_dir=arguments.data_dir, database_url=arguments.url, count_concurrency=arguments.slots)
    database = create_database(settings)
    upgrade_schema(database)
    store = create_image_store(settings)
    runtime = CountingRuntime(settings, counter_factory=lambda _: _counter(arguments))
    engine = JobEngine(settings, database, store, runtime, options=replace(QUICK, max_starts=arguments.max_starts))
    engine.start()
    jobs: JobQueue = DeadlyQueue() if arguments.die_before_commit else engine
    sample_id = _sample_id(database)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        path = Path(line.strip())
        with path.open("rb") as stream:
            files = [IncomingFile(path.name, stream)]
            [outcome] = accept_images(database.unit_of_work, store, jobs, settings, sample_id=sample_id, files=files)
        sys.stdout.write(f"{path.name} {outcome.image_id or '-'}\n")
        sys.stdout.flush()
    engine.stop()


if __name__ == "__main__":
    main()
