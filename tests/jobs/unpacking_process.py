"""A process that unpacks ZIP files until it is killed or none waits any more: see ``test_unpacker``."""

import argparse
import sys
import time
from pathlib import Path

import structlog

from app.db.session import create_database
from app.jobs import CountingRuntime, JobEngine
from app.jobs.unpacker import Unpacker
from app.services.intake.batch_intake import BatchIntake
from app.settings import Settings
from app.storage import create_image_store
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import QUICK


def main() -> None:
    """Unpack what waits, and say so when nothing does."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    arguments = parser.parse_args()
    settings = Settings(data_dir=arguments.data_dir, database_url=arguments.url)
    database, store = create_database(settings), create_image_store(settings)
    runtime = CountingRuntime(settings, counter_factory=lambda _: ScriptedCounter())
    engine = JobEngine(settings, database, store, runtime, options=QUICK, unpack=False)
    engine.start(count=False)
    intake = BatchIntake(database.unit_of_work, store, engine, settings)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    unpacker = Unpacker(intake, lease_s=1.0)
    while unpacker.work():
        pass
    time.sleep(1.1)  # until the lease of a process that was killed is over
    unpacker.work()
    engine.stop()


if __name__ == "__main__":
    main()
