"""The list of samples over HTTP, timed on a database with a long history."""

import random
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from app.commands.bench_reader import signed_in_reader
from app.commands.fleet import Fleet
from app.commands.history_seeding import count_samples
from app.db.records import SampleRecord
from app.db.session import Database
from app.errors import CommandFailed
from app.services.cursors import encode_cursor
from app.settings import Settings

_SEED = 1
_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Page:
    """The address of a page, and the headers of a browser that is let in."""

    url: str
    headers: dict[str, str]


def measure_history(settings: Settings, database: Database, rounds: int) -> dict[str, Any]:
    """Milliseconds of the list's pages and of searches, as a browser waits for them.

    Raises:
        CommandFailed: The database has no samples, or a page did not show what it was asked for.
    """
    samples = count_samples(database)
    if not samples:
        raise CommandFailed("the database has no samples; make some with 'bloodcount bench seed'")
    chance = random.Random(_SEED)  # noqa: S311  # repeatable, not secret
    chosen = [_sample(database, chance.randint(1, samples)) for _ in range(rounds)]
    with TemporaryDirectory(prefix="bloodcount-bench-") as folder:
        environment = {
            "BLOODCOUNT_DATA_DIR": folder,
            "BLOODCOUNT_DATABASE_URL": settings.database_url,
            "BLOODCOUNT_STORAGE_URL": f"file://{folder}/images",
            "BLOODCOUNT_LOG_LEVEL": "warning",
        }
        with (
            Fleet(environment, Path(folder), webs=1, worker_command=[]).running() as fleet,
            signed_in_reader(database, settings) as headers,
        ):
            page = Page(f"{fleet.urls[0]}/samples", headers)
            pages = [{"after": encode_cursor(sample.created_at, sample.id)} for sample in chosen]
            ends = [sample.accession_number[-6:] for sample in chosen]
            return {
                "database": database.engine.dialect.name,
                "samples": samples,
                "first_page": _timed(page, [{} for _ in range(rounds)]),
                "page_anywhere": _timed(page, pages),
                "search_by_number": _timed(page, [{"query": one.accession_number} for one in chosen], _asks_for),
                "search_by_end": _timed(page, [{"query": end} for end in ends], _asks_for),
                "search_without_match": _timed(page, [{"query": f"no-{end}"} for end in ends]),
                "search_common_part": _timed(page, [{"query": "-1"} for _ in range(rounds)]),
                "ready_only": _timed(page, [{"status": "ready"} | one for one in pages]),
                "attention_only": _timed(page, [{"status": "attention"} | one for one in pages]),
                "search_by_patient": _timed(page, [{"query": _patient_code(one)} for one in chosen]),
                "warnings_only": _timed(page, [{"warnings": "yes"} | one for one in pages]),
                "review_only": _timed(page, [{"review": "yes"} | one for one in pages]),
                "one_day": _timed(page, [_day_of(one) for one in chosen]),
                "counting_only": _timed(page, [{"status": "counting"} for _ in range(rounds)]),
            }


def _sample(database: Database, number: int) -> SampleRecord:
    with database.unit_of_work() as session:
        return session.scalars(select(SampleRecord).where(SampleRecord.id >= number).limit(1)).one()


def _patient_code(sample: SampleRecord) -> str:
    return sample.patient_code or f"p-{1_000_000 + sample.id // 9}"


def _day_of(sample: SampleRecord) -> dict[str, str]:
    day = sample.created_at.date().isoformat()
    return {"since": day, "until": day}


def _asks_for(query: dict[str, str]) -> bytes:
    return query["query"].encode()


def _shows_a_table(_query: dict[str, str]) -> bytes:
    return b"/samples"


def _timed(
    page: Page, queries: Iterable[dict[str, str]], shows: Callable[[dict[str, str]], bytes] = _shows_a_table
) -> dict[str, float]:
    """Median and 95th percentile of the milliseconds that pages take.

    Raises:
        CommandFailed: A page does not show what it was asked for.
    """
    milliseconds = []
    for query in queries:
        request = urllib.request.Request(f"{page.url}?{urlencode(query)}", headers=page.headers)  # noqa: S310
        started = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  # started here
            body = response.read()
        milliseconds.append((time.perf_counter() - started) * 1000)
        if response.url.partition("?")[0] != page.url or shows(query) not in body:
            raise CommandFailed(f"the list of samples does not show what {query} asks for")
    measured = sorted(milliseconds[_WARM_UP:] or milliseconds)
    last = max(0, round(0.95 * len(measured)) - 1)
    return {"median_ms": round(statistics.median(measured), 1), "p95_ms": round(measured[last], 1)}
