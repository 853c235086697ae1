"""Connections that break and a disk that fills up, while images are counted, lose nothing and blame no image."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from app.db import engine as engine_module
from app.schemas.samples import ImageStatus
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
def test_a_disk_that_is_full_for_a_moment_blames_no_image(
    small_database: threading.Event, laboratory: Laboratory
) -> None:
    """A moment: where starts can be noted and results not kept, each try uses one of an image's five starts up."""
    engine = laboratory.start(ScriptedCounter(delay_s=0.05))
    ids = laboratory.upload(engine, *(image_bytes(seed) for seed in range(12)))
    wait_for(lambda: len(laboratory.analyses()) >= 2)
    small_database.set()
    threading.Event().wait(1)
    stuck = len(laboratory.analyses())
    small_database.clear()

    images = laboratory.wait_until_finished(timeout_s=120)

    assert stuck < len(ids), "the disk was never full"
    assert {images[number].status for number in ids} == {ImageStatus.COUNTED}
    assert [analysis.image_id for analysis in laboratory.analyses()] == ids
