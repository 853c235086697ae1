"""A batch counted by a fleet whose processes are killed at random: is each image counted exactly once?"""

import io
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from app.commands.fleet import Fleet, stand_in_worker
from app.commands.fleet_client import FleetClient
from app.commands.fleet_outcome import Outcome, count_results, read_outcome
from app.commands.stand_in_worker import expected_red_cells
from app.db.migrating import upgrade_schema
from app.db.session import Database, create_database
from app.errors import CommandFailed
from app.services.accounts.tokens import create_token
from app.settings import Settings

_SIDE_PX = 72
_LOOK_S = 0.25
_FILES_AN_UPLOAD = 25
_SENDERS = 4
_KILLS_BETWEEN = (0.03, 0.9)
"""Shares of the batch between which the kills are spread."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """How many images, of what count time, by how many processes, and how many of those are killed."""

    images: int = 2000
    kills: int = 5
    webs: int = 2
    workers: int = 3
    count_s: float = 0.02
    seed: int = 1
    within_s: float = 1800.0


def measure_batch(plan: BatchPlan, database_url: str | None) -> dict[str, Any]:
    """Send a batch, kill at random, and compare what is in the database at the end.

    Raises:
        CommandFailed: The database is not empty, or the batch was not finished in time.
    """
    contents = [small_image(plan.seed * 1_000_000 + number) for number in range(plan.images)]
    with fleet_of(database_url, webs=plan.webs, worker_command=stand_in_worker(plan.count_s)) as (fleet, database):
        token = make_token(database)
        fleet.add_workers(plan.workers)
        started = time.perf_counter()
        clients = [FleetClient(fleet.urls[number % plan.webs :] + fleet.urls, token) for number in range(_SENDERS)]
        killer = threading.Thread(target=_kill, args=(fleet, database, plan), daemon=True)
        killer.start()
        send_all(clients, contents, "BATCH-1")
        sent_s = time.perf_counter() - started
        wait_until(lambda: count_results(database) >= plan.images and not killer.is_alive(), plan.within_s, "the batch")
        seconds = time.perf_counter() - started
        outcome = _settled(database, plan.images)
    return {
        "database": database.engine.dialect.name,
        "counter": f"a stand-in of {plan.count_s * 1000:g} ms an image: this measures the queue, not the network",
        "images": outcome.images,
        "results": outcome.results,
        "each_counted_exactly_once": outcome.is_each_counted_once(plan.images, sum(map(expected_red_cells, contents))),
        "killed": fleet.kills,
        "most_starts_of_an_image": outcome.most_starts,
        "requests_sent_again": sum(client.retries for client in clients),
        "web_memory_growth_mb": round(fleet.web_growth_mb(), 1),
        "upload_s": round(sent_s, 1),
        "seconds": round(seconds, 1),
    }


@contextmanager
def fleet_of(
    database_url: str | None, *, webs: int, worker_command: list[str], **variables: str
) -> Iterator[tuple[Fleet, Database]]:
    """A fleet on an empty database (SQLite in a folder of its own for None) and an image folder, gone afterwards.

    Raises:
        CommandFailed: The database holds images already; nothing was written to it.
    """
    with TemporaryDirectory(prefix="bloodcount-bench-") as folder:
        # Every address is given, whatever the installation's own are: nothing measured here may end up there.
        settings = Settings(
            data_dir=Path(folder),
            database_url=database_url or f"sqlite:///{folder}/bloodcount.db",
            storage_url=f"file://{folder}/images",
        )
        database = create_database(settings)
        try:
            upgrade_schema(database)
            if read_outcome(database).images:
                raise CommandFailed("the database holds images already; give the address of an empty one")
            environment = {
                "BLOODCOUNT_DATA_DIR": folder,
                "BLOODCOUNT_DATABASE_URL": settings.database_url,
                "BLOODCOUNT_STORAGE_URL": settings.storage_url,
                "BLOODCOUNT_LOG_LEVEL": "warning",
                **variables,
            }
            fleet = Fleet(environment, Path(folder), webs=webs, worker_command=worker_command)
            with fleet.running():
                yield fleet, database
        finally:
            database.dispose()


def make_token(database: Database) -> str:
    """A token for the senders."""
    with database.unit_of_work() as session:
        return create_token(session, name="benchmark")


def send_all(clients: list[FleetClient], contents: list[bytes], accession_number: str) -> None:
    """Send all images of one sample, in uploads of 25, by several senders at once."""
    sample_id = clients[0].new_sample(accession_number)
    files = [(f"field-{number}.png", content) for number, content in enumerate(contents)]
    uploads = [files[start : start + _FILES_AN_UPLOAD] for start in range(0, len(files), _FILES_AN_UPLOAD)]

    def send_some(sender: int) -> None:
        for upload in uploads[sender :: len(clients)]:
            clients[sender].send(sample_id, upload)

    with ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(send_some, range(len(clients))))


def small_image(number: int) -> bytes:
    """A small PNG that no other number gives."""
    noise = np.random.default_rng(number).integers(0, 256, (_SIDE_PX, _SIDE_PX, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def wait_until(is_true: Callable[[], bool], within_s: float, what: str) -> None:
    """Wait for something that takes its time.

    Raises:
        CommandFailed: It took too long.
    """
    deadline = time.monotonic() + within_s
    while not is_true():
        if time.monotonic() > deadline:
            raise CommandFailed(f"{what} was not finished within {within_s:.0f} s")
        time.sleep(_LOOK_S)


def _settled(database: Database, images: int) -> Outcome:
    """The outcome once nothing moves any more: a second result would come a little later."""
    wait_until(lambda: read_outcome(database).counted >= images, 60, "the last image")
    time.sleep(2 * _LOOK_S)
    return read_outcome(database)


def _kill(fleet: Fleet, database: Database, plan: BatchPlan) -> None:
    chance = random.Random(plan.seed)  # noqa: S311  # repeatable, not secret
    low, high = _KILLS_BETWEEN
    moments = sorted(chance.uniform(low, high) * plan.images for _ in range(plan.kills))
    for moment in moments:
        while count_results(database) < moment:
            time.sleep(_LOOK_S)
        fleet.kill_one(chance)
