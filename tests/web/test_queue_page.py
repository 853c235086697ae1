"""The queue for people and for programs, and the one look at the database for all open pages."""

import asyncio
import json
import threading
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from app.db.records import ExecutorHeartbeatRecord
from app.web.live_board import LiveBoard
from app.web.live_looking import QUEUE, Key, QueueSight, Sight, build_look
from tests.event_loop import run_apart
from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_live_updates import events_of, shown


def tell_speed(site: Site, *, images_per_s: float) -> None:
    """A worker somewhere gives a sign of life and tells how quick it is."""
    now = datetime.now(UTC)
    with site.client.app.state.context.database.unit_of_work() as session:  # type: ignore[attr-defined]
        session.add(
            ExecutorHeartbeatRecord(executor_id="elsewhere", started_at=now, beat_at=now, images_per_s=images_per_s)
        )


def test_an_empty_queue_says_so(site: Site) -> None:
    page = site.page("/queue")

    assert "Nothing waits" in page
    assert "No worker has given a sign of life" in page
    assert site.client.get("/api/v1/queue").json()["waiting"] == 0


def test_images_that_wait_for_nobody_are_told_with_what_to_do(site: Site) -> None:
    sample_id = site.new_sample("queue-1")
    [entry] = site.upload(sample_id, ("a.png", png_of(1)))

    page = site.page("/queue")

    assert "Nobody counts" in page
    assert f'href="/samples/{sample_id}/images/{entry["image_id"]}"' in page
    assert f'action="/images/{entry["image_id"]}/cancel"' in page
    assert "not available" in page
    body = site.client.get("/api/v1/queue").json()
    assert (body["waiting"], body["waiting_by_priority"]) == (1, {"interactive": 0, "batch": 1})
    assert body["seconds_to_go"] is None
    assert body["waiting_images"][0]["accession_number"] == "queue-1"


def test_a_worker_is_shown_with_what_it_counts_with(counting_site: Site) -> None:
    [worker] = counting_site.client.get("/api/v1/queue").json()["workers"]

    assert worker["is_alive"] is True
    assert worker["weights"] == "test-counter 1.2.3"
    assert worker["slots"] == 1
    assert worker["executor_id"] in counting_site.page("/queue")


def test_an_open_queue_page_gets_what_changes_and_nothing_else(site: Site) -> None:
    seen = shown(site.page("/queue"))
    quiet = site.client.get("/queue/fragments", params={"seen": seen}).json()
    site.upload(site.new_sample("queue-2"), ("a.png", png_of(1)))

    changed = site.client.get("/queue/fragments", params={"seen": seen}).json()

    assert quiet["fragments"] == []
    assert {part["name"] for part in changed["fragments"]} == {"queue-overview", "queue-waiting"}
    assert changed["status_text"] == "1 waiting, 0 being counted."


def test_the_queue_is_told_by_events(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.live_board.LONGEST_SECONDS", 0.5)
    seen = shown(site.page("/queue"))
    site.upload(site.new_sample("queue-3"), ("a.png", png_of(1)))

    answer = site.client.get("/queue/events", params={"seen": seen})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert {part["name"] for part in events_of(answer.text)[0]["fragments"]} == {"queue-overview", "queue-waiting"}


def test_a_pending_sample_tells_its_progress_and_the_time_to_go(site: Site) -> None:
    sample_id = site.new_sample("queue-4")
    site.upload(sample_id, *((f"{shade}.png", png_of(shade)) for shade in (1, 2, 3)))
    page = site.page(f"/samples/{sample_id}")
    assert "0 of 3 images finished" in page
    assert "Time to go: not available until a worker has measured" in page
    assert f'action="/samples/{sample_id}/cancel"' in page

    tell_speed(site, images_per_s=0.02)
    answer = site.client.get(f"/samples/{sample_id}/fragments", params={"seen": shown(page)}).json()

    assert [part["name"] for part in answer["fragments"]] == ["progress"]
    assert "About 3 minutes to go." in answer["fragments"][0]["html"]
    site.client.post(f"/samples/{sample_id}/cancel")
    assert "images finished" not in site.page(f"/samples/{sample_id}")


def test_a_hundred_open_pages_are_one_look_at_a_time(site: Site) -> None:
    """Also while they ask by themselves, where events do not get through."""
    sample_id = site.new_sample("queue-5")
    site.upload(sample_id, ("a.png", png_of(1)))
    database = site.client.app.state.context.database  # type: ignore[attr-defined]
    looked: list[Key] = []
    look = build_look(database, None)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def counted_look(before: dict[Key, Sight | None]) -> dict[Key, Sight]:
        looked.extend(before)
        return dict(look(before))

    async def open_pages() -> list[Sight]:
        board = LiveBoard(counted_look)  # type: ignore[arg-type]
        pages = [anext(aiter(board.changes(sample_id))) for _ in range(50)]
        asking = [board.fresh(sample_id) for _ in range(50)]
        sights = await asyncio.gather(*pages, *asking, board.fresh(QUEUE))
        board.close()
        return sights

    sights = run_apart(open_pages())

    assert len(sights) == 101
    assert isinstance(sights[-1], QueueSight)
    assert looked.count(sample_id) <= 3, "one look serves all who ask at the same moment"
    assert len(statements) < 60


def test_a_board_that_is_closed_lets_its_pages_go(site: Site) -> None:
    sample_id = site.new_sample("queue-6")
    site.upload(sample_id, ("a.png", png_of(1)))
    context = site.client.app.state.context  # type: ignore[attr-defined]
    ended: list[float] = []

    def read() -> None:
        site.client.get(f"/samples/{sample_id}/events")
        ended.append(time.monotonic())

    reading = threading.Thread(target=read)
    reading.start()
    time.sleep(0.5)
    assert ended == []
    closed_at = time.monotonic()
    context.live.close()
    reading.join(30)

    assert ended
    assert ended[0] - closed_at < 5


def test_a_database_that_fails_once_does_not_end_a_page(site: Site) -> None:
    database = site.client.app.state.context.database  # type: ignore[attr-defined]
    look, failures = build_look(database, None), [1]

    def failing_look(before: dict[Key, Sight | None]) -> object:
        if failures:
            failures.pop()
            raise RuntimeError("the database is away")
        return look(before)

    async def open_page() -> Sight:
        board = LiveBoard(failing_look)  # type: ignore[arg-type]
        return await anext(aiter(board.changes(QUEUE)))

    assert isinstance(run_apart(open_page()), QueueSight)


def test_no_cache_and_no_json_number_for_what_is_not_available(site: Site) -> None:
    text = site.client.get("/api/v1/queue").text

    body = json.loads(text)
    assert body["oldest_waiting_s"] is None
    assert body["images_per_s"] is None
    assert "NaN" not in text
