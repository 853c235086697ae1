"""Connections that break and a disk that fills up, while images are counted, lose nothing and blame no image."""

import threading
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.db import engine as engine_module
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus
from app.services.queue.results import record_result
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import Laboratory, wait_for
from tests.sample_images import image_bytes

END_THEIR_CONNECTIONS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()"
)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_connections_that_the_server_ends_lose_and_double_nothing(laboratory: Laboratory) -> None:
    laboratory.settings = laboratory.settings.model_copy(update={"count_concurrency": 2})
    engine = laboratory.start(ScriptedCounter(delay_s=0.05))
    ids = laboratory.upload(engine, *(image_bytes(seed) for seed in range(40)))
    outsider = create_engine(laboratory.database.url, poolclass=NullPool)
    for done in (2, 10, 20, 30):
        wait_for(lambda: len(laboratory.analyses()) >= done)  # noqa: B023  # waited for before the next round
        with outsider.connect() as connection:
            connection.execute(END_THEIR_CONNECTIONS)

    images = laboratory.wait_until_finished(timeout_s=120)

    assert {images[number].status for number in ids} == {ImageStatus.COUNTED}
    assert [analysis.image_id for analysis in laboratory.analyses()] == ids


@pytest.fixture
def small_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While this is set, the SQLite file cannot grow, as on a full disk."""
    is_full = threading.Event()
    build = engine_module.build_engine

    def build_limited(url: object) -> object:
        engine = build(url)  # type: ignore[arg-type]

        @event.listens_for(engine, "begin")
        def limit(connection: object) -> None:
            driver = connection.connection.dbapi_connection  # type: ignore[attr-defined]
            used = driver.execute("PRAGMA page_count").fetchone()[0]
            driver.execute(f"PRAGMA max_page_count={used if is_full.is_set() else 2**30}").close()

        return engine

    for module in ("app.db.session", "app.jobs.dbos_adapter"):
        monkeypatch.setattr(f"{module}.build_engine", build_limited)
    yield is_full
    is_full.clear()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_for_a_while_blames_no_image(
    small_database: threading.Event, laboratory: Laboratory
) -> None:
    engine = laboratory.start(ScriptedCounter(delay_s=0.05))
    ids = laboratory.upload(engine, *(image_bytes(seed) for seed in range(12)))
    wait_for(lambda: len(laboratory.analyses()) >= 2)
    small_database.set()
    threading.Event().wait(2)
    stuck = len(laboratory.analyses())
    small_database.clear()

    images = laboratory.wait_until_finished(timeout_s=120)

    assert stuck < len(ids), "the disk was never full"
    assert {images[number].status for number in ids} == {ImageStatus.COUNTED}
    assert [analysis.image_id for analysis in laboratory.analyses()] == ids


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_result_that_cannot_be_kept_yet_waits_and_its_image_is_not_begun_anew(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More refusals than an image has starts: a disk on which starts can be noted and results not kept."""
    refusals = [OperationalError("INSERT", {}, Exception("database or disk is full")) for _ in range(8)]

    def record_when_there_is_room(
        session: Session, *, image_id: int, record: ResultRecord, thresholds: Mapping[str, float] | None
    ) -> bool:
        if refusals:
            raise refusals.pop()
        return record_result(session, image_id=image_id, record=record, thresholds=thresholds)

    monkeypatch.setattr("app.jobs.dbos_adapter.record_result", record_when_there_is_room)
    counter = ScriptedCounter()
    ids = laboratory.upload(laboratory.start(counter), image_bytes(1))

    images = laboratory.wait_until_finished()

    assert refusals == []
    assert [(images[number].status, images[number].attempts) for number in ids] == [(ImageStatus.COUNTED, 1)]
    assert len(laboratory.analyses()) == 1
