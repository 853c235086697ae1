"""A process that is asked to stop ends soon, finishes what it can, and leaves the rest to the next one."""

import threading
import time
from dataclasses import replace

from sqlalchemy import select

from app.db.records import ExecutorHeartbeatRecord
from app.schemas.samples import ImageStatus
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import QUICK, Laboratory, wait_for
from tests.sample_images import image_bytes

A, B = image_bytes(1), image_bytes(2)


def test_the_image_in_hand_is_finished_and_the_others_wait(laboratory: Laboratory) -> None:
    counter = ScriptedCounter(delay_s=0.5)
    engine = laboratory.start(counter)
    laboratory.upload(engine, *(image_bytes(seed) for seed in range(6)))
    wait_for(lambda: counter.at_once == 1)

    laboratory.stop_all()

    statuses = [image.status for image in laboratory.images().values()]
    assert statuses.count(ImageStatus.COUNTED) == sum(counter.calls.values()) < 6
    assert ImageStatus.COUNTING not in statuses
    laboratory.start(ScriptedCounter())
    laboratory.wait_until_finished()
    assert len(laboratory.analyses()) == 6


def test_an_image_that_takes_too_long_is_handed_back_without_blame(laboratory: Laboratory) -> None:
    """Stopping would never return here if it waited for the counter."""
    stuck = ScriptedCounter(gate=threading.Event())
    engine = laboratory.start(stuck, options=replace(QUICK, drain_s=0.1))
    [image_id] = laboratory.upload(engine, A)
    wait_for(lambda: stuck.at_once == 1)

    laboratory.stop_all()

    image = laboratory.images()[image_id]
    assert (image.status, image.attempts) == (ImageStatus.QUEUED, 0)
    laboratory.start(ScriptedCounter())
    assert laboratory.wait_until_finished()[image_id].status is ImageStatus.COUNTED

    stuck.gate.set()
    wait_for(lambda: stuck.at_once == 0)
    assert len(laboratory.analyses()) == 1


def test_a_stopped_process_leaves_no_sign_of_life(laboratory: Laboratory) -> None:
    laboratory.start(ScriptedCounter())
    with laboratory.database.unit_of_work() as session:
        assert len(session.scalars(select(ExecutorHeartbeatRecord)).all()) == 1

    laboratory.stop_all()

    with laboratory.database.unit_of_work() as session:
        assert session.scalars(select(ExecutorHeartbeatRecord)).all() == []


def test_an_idle_engine_stops_at_once(laboratory: Laboratory) -> None:
    engine = laboratory.start(ScriptedCounter())

    started = time.monotonic()
    laboratory.stop_all()

    assert time.monotonic() - started < QUICK.drain_s
    assert not engine.is_counting()


def test_an_image_waiting_for_its_next_try_is_handed_back(laboratory: Laboratory) -> None:
    slow_retry = replace(QUICK, first_retry_s=60, longest_retry_s=60)
    engine = laboratory.start(ScriptedCounter(failures={B: 1}), options=slow_retry)
    [image_id] = laboratory.upload(engine, B)
    wait_for(lambda: laboratory.images()[image_id].attempts == 1)

    laboratory.stop_all()

    laboratory.start(ScriptedCounter())
    assert laboratory.wait_until_finished()[image_id].status is ImageStatus.COUNTED
