"""Every accepted image ends in one of three ways: counted once, refused with a reason, or failed with a reason."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.errors import WeightsUnavailable
from app.jobs import CountingRuntime
from app.schemas.acquisition_profiles import NewAcquisitionProfile
from app.schemas.counts import ClassCounts
from app.schemas.samples import ImageStatus
from app.schemas.uploads import CountPriority
from app.services.queue.results import image_result
from app.services.samples.acquisition_profiles import create_profile
from app.services.samples.sample_editing import change_sample, given_data
from app.services.samples.samples import sample_detail
from app.settings import Settings
from tests.jobs.counters import TEST_WEIGHTS, ScriptedCounter
from tests.jobs.laboratory import QUICK, Laboratory, wait_for
from tests.sample_images import image_bytes

A, B, C = image_bytes(101), image_bytes(102), image_bytes(103)


def test_uploaded_images_are_counted_once_each(laboratory: Laboratory) -> None:
    counter = ScriptedCounter()
    engine = laboratory.start(counter)

    ids = laboratory.upload(engine, A, B, C)
    images = laboratory.wait_until_finished()

    assert [images[image_id].status for image_id in ids] == [ImageStatus.COUNTED] * 3
    assert [analysis.image_id for analysis in laboratory.analyses()] == ids
    assert counter.calls == {A: 1, B: 1, C: 1}
    with laboratory.database.unit_of_work() as session:
        detail = sample_detail(session, sample_id=laboratory.sample_id)
        record = image_result(session, image_id=ids[0])
    assert detail.counts == ClassCounts(RBC=6, WBC=0, PLT=3, NRBC=0)
    assert record.counts == ClassCounts(RBC=2, WBC=0, PLT=1, NRBC=0)
    assert record.image == "field.png"
    assert record.model == TEST_WEIGHTS


def test_images_are_counted_at_the_scale_of_their_samples_profile(laboratory: Laboratory) -> None:
    counter = ScriptedCounter()
    engine = laboratory.start(counter)
    laboratory.upload(engine, A)
    laboratory.wait_until_finished()
    with laboratory.database.unit_of_work() as session:
        profile = create_profile(session, NewAcquisitionProfile(name="x100, camera A", um_per_px=0.12))
        given, mark = given_data(session, sample_id=laboratory.sample_id)
        wanted = given.model_copy(update={"acquisition_profile_id": profile.id})
        change_sample(session, sample_id=laboratory.sample_id, new=wanted, mark=mark)

    laboratory.upload(engine, B)
    laboratory.wait_until_finished()

    assert counter.scales_um_per_px == [None, 0.12]


def test_an_image_that_the_counter_refuses(laboratory: Laboratory) -> None:
    engine = laboratory.start(ScriptedCounter(refused=frozenset({A})))

    [image_id] = laboratory.upload(engine, A)
    image = laboratory.wait_until_finished()[image_id]

    assert (image.status, image.reason_code) == (ImageStatus.REFUSED, "not_a_smear")
    with laboratory.database.unit_of_work() as session:
        record = image_result(session, image_id=image_id)
    assert record.status == "refused"
    assert record.counts is None


def test_a_counter_that_fails_now_and_then_is_tried_again(laboratory: Laboratory) -> None:
    counter = ScriptedCounter(failures={A: 2})
    engine = laboratory.start(counter)

    [image_id] = laboratory.upload(engine, A)
    image = laboratory.wait_until_finished()[image_id]

    assert image.status is ImageStatus.COUNTED
    assert counter.calls[A] == 3
    assert len(laboratory.analyses()) == 1


def test_an_image_that_always_fails_is_given_up_with_a_reason(laboratory: Laboratory) -> None:
    counter = ScriptedCounter(failures={A: 1000})
    engine = laboratory.start(counter)

    bad, good = laboratory.upload(engine, A, B)
    images = laboratory.wait_until_finished()

    assert images[bad].status is ImageStatus.FAILED
    assert images[bad].reason_code == "counting_failed"
    assert "failed 3 times" in (images[bad].reason_message or "")
    assert counter.calls[A] == QUICK.max_starts
    assert images[good].status is ImageStatus.COUNTED


def test_a_failed_image_that_is_sent_again_is_counted(laboratory: Laboratory) -> None:
    counter = ScriptedCounter(failures={A: QUICK.max_starts})
    engine = laboratory.start(counter)
    laboratory.upload(engine, A)
    laboratory.wait_until_finished()

    [image_id] = laboratory.upload(engine, A)
    image = laboratory.wait_until_finished()[image_id]

    assert image.status is ImageStatus.COUNTED
    assert len(laboratory.analyses()) == 1


def test_an_image_whose_file_is_lost_fails_with_that_reason(laboratory: Laboratory) -> None:
    queueing = laboratory.start(count=False)
    [image_id] = laboratory.upload(queueing, A)
    for path in (laboratory.settings.data_dir / "images").rglob("*"):
        if path.is_file():
            path.unlink()

    laboratory.start(ScriptedCounter())
    image = laboratory.wait_until_finished()[image_id]

    assert (image.status, image.reason_code) == (ImageStatus.FAILED, "stored_image_missing")


def test_a_store_that_does_not_answer_is_waited_for_and_blames_no_image(laboratory: Laboratory) -> None:
    queueing = laboratory.start(count=False)
    [image_id] = laboratory.upload(queueing, A)
    images_folder = laboratory.settings.data_dir / "images"
    away = images_folder.rename(images_folder.with_name("away"))
    images_folder.write_text("not a folder: every attempt to open an image below it fails")

    laboratory.start(ScriptedCounter())
    with pytest.raises(AssertionError):
        wait_for(lambda: laboratory.images()[image_id].status is not ImageStatus.QUEUED, timeout_s=1)
    images_folder.unlink()
    away.rename(images_folder)

    image = laboratory.wait_until_finished()[image_id]
    assert (image.status, image.attempts) == (ImageStatus.COUNTED, 1)


@pytest.mark.parametrize("slots", [1, 2])
def test_no_more_images_are_counted_at_once_than_there_are_slots(laboratory: Laboratory, slots: int) -> None:
    laboratory.settings = laboratory.settings.model_copy(update={"count_concurrency": slots})
    counter = ScriptedCounter(delay_s=0.1, gate=threading.Event())
    engine = laboratory.start(counter)

    laboratory.upload(engine, *(image_bytes(seed) for seed in range(6)))
    wait_for(lambda: counter.at_once >= slots)
    counter.gate.set()
    laboratory.wait_until_finished()

    assert counter.most_at_once == slots


def test_images_of_a_waiting_person_go_before_a_batch(laboratory: Laboratory) -> None:
    queueing = laboratory.start(count=False)
    batch = [image_bytes(seed) for seed in range(4)]
    urgent = [image_bytes(seed) for seed in range(10, 12)]
    laboratory.upload(queueing, *batch, priority=CountPriority.BATCH)
    laboratory.upload(queueing, *urgent)

    counter = ScriptedCounter()
    laboratory.start(counter)
    laboratory.wait_until_finished()

    # The queues are looked at one after the other: a batch image a slot may begin before the urgent ones are seen.
    assert max(counter.order.index(one) for one in urgent) <= 1 + laboratory.settings.count_concurrency
    assert set(counter.order) == {*urgent, *batch}


def test_an_urgent_image_is_the_next_one_though_a_batch_was_claimed_before(laboratory: Laboratory) -> None:
    counter = ScriptedCounter(delay_s=0.2)
    engine = laboratory.start(counter)
    laboratory.upload(engine, *(image_bytes(seed) for seed in range(8)), priority=CountPriority.BATCH)
    wait_for(lambda: len(counter.order) == 2)

    laboratory.upload(engine, A)
    laboratory.wait_until_finished()

    assert counter.order.index(A) <= 3, "only what was being counted, and what began while it was claimed, is before"


def test_a_process_without_counting_only_queues(laboratory: Laboratory) -> None:
    queueing = laboratory.start(count=False)
    [image_id] = laboratory.upload(queueing, A)

    assert not queueing.is_counting()
    assert not queueing.runtime.is_ready()
    assert laboratory.images()[image_id].status is ImageStatus.QUEUED

    counting = laboratory.start(ScriptedCounter())

    assert counting.is_counting()
    assert laboratory.wait_until_finished()[image_id].status is ImageStatus.COUNTED


def test_missing_weights_are_a_clear_refusal_to_start(laboratory: Laboratory, tmp_path: Path) -> None:
    laboratory.settings = laboratory.settings.model_copy(update={"weights_path": tmp_path / "none.safetensors"})

    with pytest.raises(WeightsUnavailable, match=r"none\.safetensors"):
        laboratory.start()


def test_importing_the_jobs_needs_no_pytorch(settings: Settings) -> None:
    program = "import sys, app.jobs; print('torch' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout == "False\n"
    assert CountingRuntime(settings).weights is None
