"""Nothing accepted is forgotten, whatever happened to the job tables or to the other processes."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from dbos import DBOSClient
from sqlalchemy import column, select, table, update
from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import ExecutorHeartbeatRecord, FieldImageRecord, IdempotencyKeyRecord
from app.db.session import Database
from app.jobs.dbos_adapter import create_job_tables
from app.jobs.options import JobOptions
from app.jobs.queue import CountQueue, image_id_of, job_id
from app.jobs.recovery import Recovery
from app.schemas.samples import ImageStatus
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import QUICK, Laboratory, wait_for
from tests.sample_images import image_bytes

A, B = image_bytes(1), image_bytes(2)


class NoJobs:
    """Loses every job, as a fault or a move to another database would."""

    def enqueue_count(self, session: Session, image_id: int, priority: int, *, job_round: int = 0) -> None:
        """Do nothing."""


@pytest.fixture
def queue(laboratory: Laboratory) -> CountQueue:
    create_job_tables(laboratory.database)
    return CountQueue(laboratory.database.engine)


def recovery_of(laboratory: Laboratory, queue: CountQueue, claimed: set[int] | None = None) -> Recovery:
    return Recovery(laboratory.database.unit_of_work, queue, "me", lambda: claimed or set(), QUICK)


def give_sign_of_life(database: Database, executor_id: str, *, age_s: float) -> None:
    moment = utc_now() - timedelta(seconds=age_s)
    with database.unit_of_work() as session:
        session.add(ExecutorHeartbeatRecord(executor_id=executor_id, started_at=moment, beat_at=moment))


def claim(laboratory: Laboratory, job: str, executor_id: str) -> None:
    """Mark a job as an executor marks it that claims it and is killed before anything else."""
    schema = None if laboratory.database.engine.dialect.name == "sqlite" else "dbos"
    jobs = table("workflow_status", column("workflow_uuid"), column("status"), column("executor_id"), schema=schema)
    statement = update(jobs).where(jobs.c.workflow_uuid == job).values(status="PENDING", executor_id=executor_id)
    with laboratory.database.engine.begin() as connection:
        assert connection.execute(statement).rowcount == 1


def test_an_image_without_a_job_is_queued_at_start(laboratory: Laboratory) -> None:
    [image_id] = laboratory.upload(NoJobs(), A)  # type: ignore[arg-type]

    laboratory.start(ScriptedCounter())

    assert laboratory.wait_until_finished()[image_id].status is ImageStatus.COUNTED


def test_an_image_without_a_job_is_queued_while_running(laboratory: Laboratory) -> None:
    laboratory.start(ScriptedCounter())

    [image_id] = laboratory.upload(NoJobs(), A)  # type: ignore[arg-type]

    assert laboratory.wait_until_finished()[image_id].status is ImageStatus.COUNTED


def test_an_image_whose_job_ended_without_a_result_gets_a_new_one(laboratory: Laboratory, queue: CountQueue) -> None:
    queueing = laboratory.start(count=False)
    [image_id] = laboratory.upload(queueing, A)
    DBOSClient(system_database_engine=laboratory.database.engine).cancel_workflow(job_id(image_id, 0))

    assert recovery_of(laboratory, queue).sweep() == 1
    assert recovery_of(laboratory, queue).sweep() == 0
    laboratory.start(ScriptedCounter())

    assert laboratory.wait_until_finished()[image_id].status is ImageStatus.COUNTED
    assert laboratory.images()[image_id].job_round == 1


def test_a_sweep_leaves_waiting_and_finished_images_alone(laboratory: Laboratory, queue: CountQueue) -> None:
    engine = laboratory.start(ScriptedCounter())
    laboratory.upload(engine, A)
    laboratory.wait_until_finished()
    laboratory.stop_all()
    laboratory.upload(laboratory.start(count=False), B)

    assert recovery_of(laboratory, queue).sweep() == 0


def test_only_the_jobs_of_silent_executors_are_taken_over(laboratory: Laboratory, queue: CountQueue) -> None:
    ids = laboratory.upload(laboratory.start(count=False), A, B, image_bytes(3))
    for image_id, executor_id in zip(ids, ["alive", "silent", "never heard of"], strict=True):
        claim(laboratory, job_id(image_id, 0), executor_id)
    give_sign_of_life(laboratory.database, "alive", age_s=0)
    give_sign_of_life(laboratory.database, "silent", age_s=QUICK.dead_after_s + 1)

    assert recovery_of(laboratory, queue).take_over() == 2
    assert queue.claimed_jobs() == {"alive": [job_id(ids[0], 0)]}


def test_a_job_that_this_process_claimed_and_lost_is_put_back(laboratory: Laboratory, queue: CountQueue) -> None:
    lost, running = laboratory.upload(laboratory.start(count=False), A, B)
    for image_id in (lost, running):
        claim(laboratory, job_id(image_id, 0), "me")
    give_sign_of_life(laboratory.database, "me", age_s=0)
    recovery = recovery_of(laboratory, queue, claimed={running})

    assert recovery.take_over() == 0, "it may just be starting"
    assert recovery.take_over() == 1

    assert queue.claimed_jobs() == {"me": [job_id(running, 0)]}


def test_a_running_process_takes_over_what_a_dead_one_left(laboratory: Laboratory) -> None:
    [image_id] = laboratory.upload(laboratory.start(count=False), A)
    claim(laboratory, job_id(image_id, 0), "killed")

    laboratory.start(ScriptedCounter())

    assert laboratory.wait_until_finished()[image_id].status is ImageStatus.COUNTED


def test_a_result_that_comes_late_changes_nothing(laboratory: Laboratory, queue: CountQueue) -> None:
    """A process thought dead was only slow: another took its job over, and both have a result."""
    counter = ScriptedCounter(gate=threading.Event())
    engine = laboratory.start(counter)
    [image_id] = laboratory.upload(engine, A)
    wait_for(lambda: counter.calls[A] == 1)

    queue.put_back([job_id(image_id, 0)])
    counter.gate.set()

    laboratory.wait_until_finished()
    wait_for(lambda: queue.claimed_jobs() == {})
    assert len(laboratory.analyses()) == 1


def test_ended_jobs_and_old_keys_are_deleted(laboratory: Laboratory, queue: CountQueue) -> None:
    engine = laboratory.start(ScriptedCounter())
    [image_id] = laboratory.upload(engine, A)
    laboratory.wait_until_finished()
    wait_for(lambda: queue.is_live([job_id(image_id, 0)]) == {job_id(image_id, 0): False})
    with laboratory.database.unit_of_work() as session:
        for key, days in (("old", 8), ("young", 6)):
            row: dict[str, Any] = {"sample_id": laboratory.sample_id, "key": key, "fingerprint": "0"}
            session.add(IdempotencyKeyRecord(**row, created_at=utc_now() - timedelta(days=days)))
    give_sign_of_life(laboratory.database, "long gone", age_s=2 * 86_400)

    Recovery(laboratory.database.unit_of_work, queue, "me", set, JobOptions(keep_finished_s=-60)).delete_ended()

    assert queue.is_live([job_id(image_id, 0)]) == {}
    with laboratory.database.unit_of_work() as session:
        assert [row.key for row in session.scalars(select(IdempotencyKeyRecord))] == ["young"]
        assert "long gone" not in set(session.scalars(select(ExecutorHeartbeatRecord.executor_id)))


def test_a_suspect_never_runs_beside_another(laboratory: Laboratory) -> None:
    """After a crash nobody knows which image was to blame: the suspects go one at a time."""
    laboratory.settings = laboratory.settings.model_copy(update={"count_concurrency": 3})
    ids = laboratory.upload(laboratory.start(count=False), *(image_bytes(seed) for seed in range(5)))
    with laboratory.database.unit_of_work() as session:
        session.execute(update(FieldImageRecord).where(FieldImageRecord.id.in_(ids)).values(attempts=1))
    counter = ScriptedCounter(delay_s=0.05)

    laboratory.start(counter)
    laboratory.wait_until_finished()

    assert counter.most_at_once == 1


@pytest.mark.parametrize(("image_id", "job_round", "name"), [(7, 0, "img-7"), (7, 2, "img-7.2")])
def test_a_job_is_named_for_its_image_and_round(image_id: int, job_round: int, name: str) -> None:
    assert name == job_id(image_id, job_round)
    assert image_id_of(name) == image_id
