"""Open pages of a batch: one look at the database for all of them, however many there are."""

import asyncio
import threading
import time

from sqlalchemy import event

from app.web.batch_view import BatchPlace
from app.web.live_board import LiveBoard
from app.web.live_looking import BatchKey, BatchSight, Sight, build_look
from tests.event_loop import run_apart
from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_batches import announce, open_batch, send


def test_a_hundred_open_pages_of_a_batch_are_one_look_at_a_time(site: Site) -> None:
    batch_id = open_batch(site)
    send(site, batch_id, "26-1/a.png", png_of(100))
    database = site.client.app.state.context.database  # type: ignore[attr-defined]
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    async def open_pages() -> list[Sight]:
        board = LiveBoard(build_look(database, None))
        pages = [anext(aiter(board.changes(BatchKey(batch_id, BatchPlace())))) for _ in range(50)]
        asking = [board.fresh(BatchKey(batch_id, BatchPlace())) for _ in range(50)]
        sights = await asyncio.gather(*pages, *asking)
        board.close()
        return sights

    sights = run_apart(open_pages())

    assert len(sights) == 100
    assert all(isinstance(sight, BatchSight) and sight.view is not None for sight in sights)
    assert len(statements) < 40


def test_open_pages_of_a_batch_let_the_server_stop(site: Site) -> None:
    batch_id = open_batch(site)
    announce(site, batch_id, ("26-1/a.png", 100))
    ended: list[float] = []

    def read() -> None:
        site.client.get(f"/batches/{batch_id}/events")
        ended.append(time.monotonic())

    reading = threading.Thread(target=read)
    reading.start()
    time.sleep(0.5)
    assert ended == []
    closed_at = time.monotonic()
    site.client.app.state.context.live.close()  # type: ignore[attr-defined]
    reading.join(30)

    assert ended
    assert ended[0] - closed_at < 5


def test_a_batch_that_is_not_there_has_no_parts(site: Site) -> None:
    assert site.client.get("/batches/99/fragments").status_code == 404


def test_a_batch_is_cancelled_and_tried_again_as_a_whole(site: Site) -> None:
    batch_id = open_batch(site)
    for number in range(3):
        send(site, batch_id, f"26-{number}/a.png", png_of(200 + number))
    sample_id = site.new_sample("of another upload")
    site.upload(sample_id, ("other.png", png_of(300)))

    page = site.page(f"/batches/{batch_id}")
    cancelled = site.client.post(f"/api/v1/batches/{batch_id}/cancel").json()["image_ids"]
    again = site.client.post(f"/api/v1/batches/{batch_id}/cancel").json()["image_ids"]
    page_then = site.page(f"/batches/{batch_id}")
    retried = site.client.post(f"/batches/{batch_id}/retry", headers={"Accept": "application/json"}).json()["image_ids"]

    assert "Time to go: not available" in page
    assert (f'action="/batches/{batch_id}/cancel"' in page, f'action="/batches/{batch_id}/retry"' in page) == (
        True,
        False,
    )
    assert f'action="/batches/{batch_id}/retry"' in page_then
    assert (len(cancelled), again, retried) == (3, [], cancelled)
    states = site.client.get(f"/api/v1/batches/{batch_id}").json()["files_by_state"]
    assert states == {"queued": 3}
    assert site.client.get(f"/api/v1/samples/{sample_id}").json()["images"][0]["status"] == "queued"
    assert site.client.post("/api/v1/batches/99/cancel").status_code == 404
