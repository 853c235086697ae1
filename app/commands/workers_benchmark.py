"""What a worker costs beside the network, and what a second one brings."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

from app.commands.batch_benchmark import fleet_of, make_token, send_all, small_image, wait_until
from app.commands.fleet import program, stand_in_worker
from app.commands.fleet_client import FleetClient
from app.commands.fleet_outcome import count_results, network_seconds
from app.db.session import Database
from model.rendering import encode_png, random_recipe, render_smear
from model.types import Size

_WITHIN_S = 1800.0
_FIELD = Size(320, 256)
_RED_CELL_PX = 50.0
_COMMITS = 20


@dataclass(frozen=True, slots=True)
class Rate:
    """How long a number of images took, from the moment that workers began on a full queue."""

    images: int
    workers: int
    seconds: float

    @property
    def images_a_second(self) -> float:
        """The rate."""
        return self.images / self.seconds


def measure_job_overhead(database_url: str | None, images: int) -> dict[str, Any]:
    """Milliseconds a job takes beside its counting: one worker, whose counter takes no time at all."""
    contents = [small_image(number) for number in range(images)]
    rate, database = _rate(database_url, contents, workers=1, command=stand_in_worker(0.0))
    return {
        "database": database,
        "counter": "a stand-in that takes no time",
        "images": images,
        "overhead_a_job_ms": round(1000 / rate.images_a_second, 1),
    }


def measure_workers(database_url: str | None, images: int) -> dict[str, Any]:
    """The rate of two workers of one thread each beside that of one, with the real network.

    Both runs use the same database one after another, so it must be empty and is emptied of nothing.
    """
    contents = [field_image(number) for number in range(2 * images)]
    variables = {"BLOODCOUNT_TORCH_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with fleet_of(database_url, webs=1, worker_command=program("worker"), **variables) as (fleet, database):
        client = FleetClient(fleet.urls, make_token(database))
        rates = []
        for workers in (1, 2):
            fleet.add_workers(1)
            rates.append(_counted(client, database, contents[(workers - 1) * images : workers * images], workers))
        name = database.engine.dialect.name
    one, two = rates
    return {
        "database": name,
        "one": asdict(one),
        "two": asdict(two),
        "two_over_one": round(two.images_a_second / one.images_a_second, 2),
    }


def measure_overhead(database_url: str | None, images: int) -> dict[str, Any]:
    """What everything around the network takes on a batch, as a share of the network's own time.

    One worker with the real network counts while one web server takes the batch in, from the first byte sent to the
    last result written.
    """
    contents = [field_image(number) for number in range(images)]
    with fleet_of(database_url, webs=1, worker_command=program("worker")) as (fleet, database):
        client = FleetClient(fleet.urls, make_token(database))
        fleet.add_workers(1)
        rate = _counted(client, database, contents, workers=1)
        network_s, counter_s = network_seconds(database)
        commit_ms = _commit_ms(database)
        name = database.engine.dialect.name
    return {
        "database": name,
        "images": images,
        "seconds": round(rate.seconds, 1),
        "network_s": round(network_s, 1),
        "counter_s": round(counter_s, 1),
        "around_the_counter_percent_of_network": round(100 * (rate.seconds - counter_s) / network_s, 1),
        "around_the_network_percent_of_network": round(100 * (rate.seconds - network_s) / network_s, 1),
        "one_commit_ms": round(commit_ms, 1),
    }


def field_image(number: int) -> bytes:
    """A rendered field with red cells, as PNG; no other number gives the same."""
    return encode_png(render_smear(random_recipe(number, _FIELD, _RED_CELL_PX)).image_hwc_u8)


def _counted(client: FleetClient, database: Database, contents: list[bytes], workers: int) -> Rate:
    """Send a batch to workers that wait for it, and wait until it is counted."""
    before = count_results(database)
    started = time.perf_counter()
    send_all([client], contents, f"BATCH-{workers}")
    wait_until(lambda: count_results(database) >= before + len(contents), _WITHIN_S, "the batch")
    return Rate(len(contents), workers, time.perf_counter() - started)


def _rate(database_url: str | None, contents: list[bytes], *, workers: int, command: list[str]) -> tuple[Rate, str]:
    """The rate at which a queue that is full already is emptied."""
    with fleet_of(database_url, webs=1, worker_command=command) as (fleet, database):
        send_all([FleetClient(fleet.urls, make_token(database))], contents, "BATCH-1")
        fleet.add_workers(workers)
        begun_with, started = count_results(database), time.perf_counter()
        wait_until(lambda: count_results(database) >= len(contents), _WITHIN_S, "the batch")
        seconds = time.perf_counter() - started
        return Rate(len(contents) - begun_with, workers, seconds), database.engine.dialect.name


def _commit_ms(database: Database) -> float:
    """What one commit takes on this disk now: most of what a job costs beside its counting."""
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE bench_commit (number INTEGER)"))
    started = time.perf_counter()
    for number in range(_COMMITS):
        with database.unit_of_work() as session:
            session.execute(text("INSERT INTO bench_commit VALUES (:number)"), {"number": number})
    milliseconds = (time.perf_counter() - started) * 1000 / _COMMITS
    with database.unit_of_work() as session:
        session.execute(text("DROP TABLE bench_commit"))
    return milliseconds
