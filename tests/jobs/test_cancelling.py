"""Cancelling and trying again beside a worker: what is being counted finishes, and no image is counted twice."""

import json
import threading

import pytest
import structlog
from prometheus_client import CollectorRegistry

from app.db.repositories import images
from app.errors import ImageNotChangeable
from app.jobs import CountingRuntime, JobEngine
from app.schemas.samples import ImageStatus
from app.services.images.image_actions import cancel_image, cancel_waiting_images, retry_image, retry_images
from app.services.intake.uploads import accept_images
from app.services.queue.queue_state import queue_state
from app.settings import Settings
from app.web.logging_setup import configure_logging
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import QUICK, Laboratory, wait_for
from tests.sample_images import image_bytes, incoming

A, B, C = image_bytes(1), image_bytes(2), image_bytes(3)


def test_what_waits_is_cancelled_though_a_worker_has_claimed_it_and_what_runs_finishes(laboratory: Laboratory) -> None:
    counter = ScriptedCounter(gate=threading.Event())
    engine = laboratory.start(counter)
    running, second, third = laboratory.upload(engine, A, B, C)
    wait_for(lambda: counter.at_once == 1)
    with laboratory.database.unit_of_work() as session, pytest.raises(ImageNotChangeable, match="being counted"):
        cancel_image(session, image_id=running)

    with laboratory.database.unit_of_work() as session:
        cancelled = cancel_waiting_images(session, sample_id=laboratory.sample_id).image_ids
    counter.gate.set()
    wait_for(lambda: laboratory.images()[running].status is ImageStatus.COUNTED)
    wait_for(lambda: laboratory.database_jobs_left() == 0)

    assert cancelled == (second, third)
    assert laboratory.images()[second].status is ImageStatus.CANCELLED
    assert counter.calls == {A: 1}


def test_a_cancelled_image_that_is_tried_again_at_once_is_counted_once(laboratory: Laboratory) -> None:
    """Its first job still sits claimed in the worker and must not count it beside the second one."""
    counter = ScriptedCounter(gate=threading.Event())
    engine = laboratory.start(counter)
    laboratory.upload(engine, A)
    wait_for(lambda: counter.at_once == 1)
    [waiting] = laboratory.upload(engine, B)
    for _ in range(3):
        with laboratory.database.unit_of_work() as session:
            cancel_image(session, image_id=waiting)
        with laboratory.database.unit_of_work() as session:
            retry_image(session, engine, image_id=waiting)

    counter.gate.set()
    laboratory.wait_until_finished()
    wait_for(lambda: laboratory.database_jobs_left() == 0)

    image = laboratory.images()[waiting]
    assert (image.status, image.job_round, image.attempts) == (ImageStatus.COUNTED, 3, 1)
    assert counter.calls == {A: 1, B: 1}
    assert len(laboratory.analyses()) == 2


def test_failed_images_are_tried_again_together(laboratory: Laboratory) -> None:
    counter = ScriptedCounter(failures={A: QUICK.max_starts, B: QUICK.max_starts})
    engine = laboratory.start(counter)
    laboratory.upload(engine, A, B, C)
    laboratory.wait_until_finished()

    with laboratory.database.unit_of_work() as session:
        retry_images(session, engine, sample_id=laboratory.sample_id)
    images_after = laboratory.wait_until_finished()

    assert [image.status for image in images_after.values()] == [ImageStatus.COUNTED] * 3
    assert len(laboratory.analyses()) == 3


def test_the_job_of_an_earlier_round_starts_nothing(laboratory: Laboratory) -> None:
    queueing = laboratory.start(count=False)
    [image_id] = laboratory.upload(queueing, A)
    with laboratory.database.unit_of_work() as session:
        cancel_image(session, image_id=image_id)
        retry_image(session, queueing, image_id=image_id)

    with laboratory.database.unit_of_work() as session:
        assert images.start_counting(session, image_id, job_round=0) is None
        assert images.start_counting(session, image_id, job_round=1) == 1


def test_a_worker_tells_what_it_counts_with_and_how_quick_it_is(laboratory: Laboratory) -> None:
    engine = laboratory.start(ScriptedCounter(delay_s=0.02))
    laboratory.upload(engine, *(image_bytes(seed) for seed in range(6)))
    laboratory.wait_until_finished()

    def measured() -> bool:
        with laboratory.database.unit_of_work() as session:
            return queue_state(session).workers[0].finished == 6

    wait_for(measured)
    with laboratory.database.unit_of_work() as session:
        queue = queue_state(session)
    [worker] = queue.workers
    assert (worker.weights, worker.slots, worker.finished) == ("test-counter 1", 1, 6)
    assert 0 < (worker.images_per_s or 0) < 50
    assert queue.finished_last_minute == 6
    assert queue.seconds_to_go is None


def test_what_a_worker_measures_is_shown_by_its_process(laboratory: Laboratory) -> None:
    registry = CollectorRegistry()
    counter = ScriptedCounter(failures={A: 1, B: QUICK.max_starts}, refused=frozenset({C}))
    runtime = CountingRuntime(laboratory.settings, counter_factory=lambda _: counter)
    engine = JobEngine(
        laboratory.settings, laboratory.database, laboratory.store, runtime, options=QUICK, registry=registry
    )
    engine.start()
    laboratory.engines.append(engine)
    laboratory.upload(engine, A, B, C)
    laboratory.wait_until_finished()
    wait_for(lambda: laboratory.database_jobs_left() == 0)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"bloodcount_{name}", labels)

    assert value("images_finished_total", status="counted", reason="") == 1
    assert value("images_finished_total", status="refused", reason="not_a_smear") == 1
    assert value("images_finished_total", status="failed", reason="counting_failed") == 1
    assert value("count_errors_total", kind="RuntimeError") == 1 + QUICK.max_starts
    assert value("stage_seconds_count", stage="network") == 1
    assert value("stage_seconds_count", stage="storage") >= 3  # type: ignore[operator]
    assert value("stage_seconds_count", stage="database") >= 5  # type: ignore[operator]
    assert value("start_wait_seconds_count", priority="interactive") == 3
    assert value("jobs_taken_over_total") == 0


def test_an_image_is_followed_through_the_log_and_no_line_names_a_patient(
    laboratory: Laboratory, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(Settings(data_dir=laboratory.settings.data_dir, log_format="json", log_level="debug"))
    engine = laboratory.start(ScriptedCounter(failures={A: 1, B: QUICK.max_starts}))
    try:
        accept_images(
            laboratory.database.unit_of_work,
            laboratory.store,
            engine,
            laboratory.settings,
            sample_id=laboratory.sample_id,
            files=[incoming(A, "SECRET-name.png"), incoming(B, "SECRET-other.png")],
        )
        laboratory.wait_until_finished()
    finally:
        laboratory.stop_all()
        structlog.reset_defaults()
    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]

    assert "SECRET" not in written
    assert "24-0012" not in written
    first = [line["event"] for line in lines if line.get("job_id") == "img-1"]
    second = [line["event"] for line in lines if line.get("job_id") == "img-2"]
    assert first == ["count_try_failed", "image_finished"]
    assert second == [*["count_try_failed"] * QUICK.max_starts, "image_failed"]
    assert {line["image_id"] for line in lines if line.get("job_id") == "img-2"} == {2}
