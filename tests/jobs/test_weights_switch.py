"""Weights change between two images: nothing is lost, nothing is mixed, and what cannot be loaded counts nothing."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from app.db.repositories import weights
from app.jobs import CountingRuntime, JobEngine
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus
from app.services.quality.golden_checks import newest_checks
from app.services.weights.weights_activation import request_activation, roll_back
from app.services.weights.weights_judging import record_evaluation, record_soundness
from app.services.weights.weights_overview import weights_overview
from app.settings import Settings
from model.types import FieldResult, WeightsIdentity
from tests.jobs.counters import TEST_WEIGHTS
from tests.jobs.laboratory import QUICK, Laboratory, wait_for
from tests.jobs.weights_bench import NamedCounter, add, counter_of, report_beside, small_release
from tests.sample_images import image_bytes

ROOT = Path(__file__).parents[2]
QUICK_SWITCH = replace(QUICK, weights_poll_s=0.05, judge_poll_s=3600.0)


@dataclass(frozen=True)
class Added:
    """A release that can be activated."""

    id: int
    weights: WeightsIdentity


def add_sound(laboratory: Laboratory, version: str) -> Added:
    """A small release as if it had passed every check."""
    database, store = laboratory.database, laboratory.store
    content, manifest = small_release(version)
    release_id = add(database, store, content, manifest)
    with database.unit_of_work() as session:
        sha256 = weights.get_release(session, release_id).sha256
    with store.receive() as incoming:
        incoming.file.write(content)
        key = incoming.keep(sha256)
    identity = WeightsIdentity("small", version, sha256)
    with database.unit_of_work() as session:
        record_soundness(session, release_id=release_id, identity=identity, storage_key=key)
    return Added(release_id, identity)


def activate(laboratory: Laboratory, added: Added, *, beside: WeightsIdentity) -> None:
    with laboratory.database.unit_of_work() as session:
        record_evaluation(session, release_id=added.id, report=report_beside(beside, added.weights))
        request_activation(session, laboratory.settings, release_id=added.id)


def start(laboratory: Laboratory, factory: Callable[[Settings], NamedCounter] = counter_of) -> JobEngine:
    runtime = CountingRuntime(laboratory.settings, counter_factory=factory)
    engine = JobEngine(laboratory.settings, laboratory.database, laboratory.store, runtime, options=QUICK_SWITCH)
    engine.start()
    laboratory.engines.append(engine)
    return engine


def versions(laboratory: Laboratory) -> list[str]:
    """The version of the weights that made each result, which its red cells have to agree with."""
    found = []
    for analysis in laboratory.analyses():
        record = ResultRecord.model_validate_json(analysis.result_json)
        named = (analysis.weights_name, analysis.weights_version, analysis.weights_sha256)
        assert named == (record.model.name, record.model.version, record.model.sha256)
        assert analysis.rbc == int(analysis.weights_version)
        found.append(analysis.weights_version)
    return found


def test_the_next_image_is_counted_with_the_new_weights_and_the_running_one_with_its_own(
    laboratory: Laboratory,
) -> None:
    gate, is_counting = threading.Event(), threading.Event()

    class Gated(NamedCounter):
        def count(self, _: bytes, *, um_per_px: float | None = None) -> FieldResult:
            is_counting.set()
            assert gate.wait(60)
            return super().count(_, um_per_px=um_per_px)

    engine = start(laboratory, lambda settings: Gated(counter_of(settings).weights))
    added = add_sound(laboratory, "5")
    laboratory.upload(engine, image_bytes(1))
    assert is_counting.wait(60)

    activate(laboratory, added, beside=TEST_WEIGHTS)
    wait_for(lambda: engine.runtime.weights == added.weights)
    gate.set()
    laboratory.wait_until_finished()
    laboratory.upload(engine, image_bytes(2))
    laboratory.wait_until_finished()

    assert versions(laboratory) == ["1", "5"]


def test_a_rollback_needs_no_restart_either(laboratory: Laboratory) -> None:
    engine = start(laboratory)
    activate(laboratory, add_sound(laboratory, "5"), beside=TEST_WEIGHTS)
    wait_for(lambda: engine.runtime.weights != TEST_WEIGHTS)

    with laboratory.database.unit_of_work() as session:
        roll_back(session)
    wait_for(lambda: engine.runtime.weights == TEST_WEIGHTS)
    laboratory.upload(engine, image_bytes(1))
    laboratory.wait_until_finished()

    assert versions(laboratory) == ["1"]


def test_a_process_that_starts_later_counts_with_the_active_weights(laboratory: Laboratory) -> None:
    added = add_sound(laboratory, "7")
    activate(laboratory, added, beside=TEST_WEIGHTS)

    engine = start(laboratory)

    assert engine.runtime.weights == added.weights
    with laboratory.database.unit_of_work() as session:
        (worker,) = weights_overview(session).workers
    assert (worker.weights, worker.sha256) == ("small 7", added.weights.sha256)


def test_weights_that_cannot_be_loaded_count_nothing_and_neither_do_others(laboratory: Laboratory) -> None:
    engine = start(laboratory)
    activate(laboratory, add_sound(laboratory, "13"), beside=TEST_WEIGHTS)
    wait_for(lambda: engine.runtime.problem is not None)
    (image_id,) = laboratory.upload(engine, image_bytes(1))

    assert not engine.is_counting()
    with laboratory.database.unit_of_work() as session:
        wait_for(lambda: weights_overview(session).workers[0].problem == "these weights cannot be loaded")
        assert weights_overview(session).workers[0].weights is None
        roll_back(session)
    assert laboratory.images()[image_id].status is ImageStatus.QUEUED
    assert laboratory.analyses() == []

    laboratory.wait_until_finished()
    assert (versions(laboratory), laboratory.images()[image_id].attempts) == (["1"], 1)


def test_a_start_with_weights_that_are_gone_leaves_the_pages_up(laboratory: Laboratory) -> None:
    added = add_sound(laboratory, "5")
    activate(laboratory, added, beside=TEST_WEIGHTS)
    sha256 = added.weights.sha256
    (laboratory.settings.data_dir / "images" / sha256[:2] / sha256[2:4] / sha256).unlink()

    engine = start(laboratory)

    assert not engine.is_counting()
    assert "gone from the image store" in (engine.runtime.problem or "")


def test_a_file_that_was_changed_in_the_store_counts_nothing(laboratory: Laboratory) -> None:
    added = add_sound(laboratory, "5")
    activate(laboratory, added, beside=TEST_WEIGHTS)
    sha256 = added.weights.sha256
    path = laboratory.settings.data_dir / "images" / sha256[:2] / sha256[2:4] / sha256
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    engine = start(laboratory)

    assert "not those that were added" in (engine.runtime.problem or "")


@contextmanager
def two_workers(laboratory: Laboratory) -> Iterator[None]:
    settings = laboratory.settings
    environment = os.environ | {
        "BLOODCOUNT_DATA_DIR": str(settings.data_dir),
        "BLOODCOUNT_DATABASE_URL": settings.database_url,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.jobs.switching_worker"]
    processes = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(2)]
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_workers_follow_every_change_and_each_result_names_one_set_of_weights(laboratory: Laboratory) -> None:
    """``bloodcount bench swap`` does the same fifty times with the real network."""
    queue = laboratory.start(count=False)
    releases = [add_sound(laboratory, version) for version in ("2", "3")]
    images: list[int] = []

    def followed(sha256: str) -> bool:
        with laboratory.database.unit_of_work() as session:
            workers = weights_overview(session).workers
        return [worker.sha256 for worker in workers if worker.is_alive] == [sha256] * 2

    with two_workers(laboratory):
        wait_for(lambda: followed(TEST_WEIGHTS.sha256))
        for before, chosen in pairwise((Added(0, TEST_WEIGHTS), *(2 * releases))):
            images += laboratory.upload(queue, *(image_bytes(len(images) + seed) for seed in range(8)))
            activate(laboratory, chosen, beside=before.weights)
            wait_for(partial(followed, chosen.weights.sha256))
        images += laboratory.upload(queue, image_bytes(999))
        laboratory.wait_until_finished()

    found = versions(laboratory)
    assert [analysis.image_id for analysis in laboratory.analyses()] == sorted(images)
    assert set(found) <= {"1", "2", "3"}
    assert found[-1] == "3"
    assert {image.attempts for image in laboratory.images().values()} == {1}


def test_the_golden_fields_are_counted_with_the_new_weights_too(laboratory: Laboratory) -> None:
    """A change of weights is when a check is worth most, and the process may not start again for months."""
    runtime = CountingRuntime(laboratory.settings, counter_factory=counter_of)
    engine = JobEngine(
        laboratory.settings,
        laboratory.database,
        laboratory.store,
        runtime,
        options=QUICK_SWITCH,
        check_golden_fields=True,
    )
    engine.start()
    laboratory.engines.append(engine)

    def checked() -> set[str]:
        with laboratory.database.unit_of_work() as session:
            return {check.weights for check in newest_checks(session)}

    wait_for(lambda: checked() == {"test-counter 1"})
    activate(laboratory, add_sound(laboratory, "2"), beside=TEST_WEIGHTS)

    wait_for(lambda: checked() == {"test-counter 1", "small 2"})
