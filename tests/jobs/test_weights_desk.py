"""Added weights wait in quarantine until a process has judged them, and what is refused leaves nothing behind."""

import json
from pathlib import Path

import pytest

from app.db.records import AuditEventRecord, WeightsReleaseRecord
from app.db.repositories import weights
from app.db.session import Database
from app.jobs.weights_desk import WeightsDesk, open_desk
from app.schemas.weights import ReleaseStatus
from app.settings import Settings
from app.storage import ImageStore
from app.weights_errors import ReleaseKnown, WeightsRejected
from model.types import WeightsIdentity
from tests.hostile_weights import CHECKED, HOSTILE, Hostile, manifest_of, sound_parts
from tests.jobs.counters import TEST_WEIGHTS
from tests.jobs.weights_bench import QuickChildren, add, report_beside
from tests.random_release import random_release

__all__ = ["random_release"]
TOLD_AT_ONCE = {name: hostile for name, hostile in HOSTILE.items() if name not in CHECKED}
CANDIDATE = WeightsIdentity("random", "0.0.1", "a" * 64)


@pytest.fixture
def desk(database: Database, store: ImageStore) -> WeightsDesk:
    children = QuickChildren(report_beside(TEST_WEIGHTS, CANDIDATE))
    return WeightsDesk(database.unit_of_work, store, children, poll_s=0.01)  # type: ignore[arg-type]


def release(database: Database, release_id: int) -> WeightsReleaseRecord:
    with database.unit_of_work() as session:
        return weights.get_release(session, release_id)


def actions(database: Database) -> list[str]:
    with database.unit_of_work() as session:
        return [event.action for event in session.query(AuditEventRecord).order_by(AuditEventRecord.seq)]


def parts_in(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "images" / "parts").glob("*") if path.is_file()]


@pytest.mark.parametrize("hostile", TOLD_AT_ONCE.values(), ids=TOLD_AT_ONCE.keys())
def test_what_is_no_safetensors_is_not_even_kept(
    hostile: Hostile, database: Database, store: ImageStore, settings: Settings, random_release: Path
) -> None:
    content, manifest = hostile.make(*sound_parts(random_release))

    with pytest.raises(WeightsRejected) as refusal:
        add(database, store, content, manifest, name=hostile.file_name)

    assert refusal.value.code == hostile.code
    assert hostile.says in str(refusal.value)
    assert parts_in(settings) == []
    assert actions(database) == ["weights.rejected"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hostile", CHECKED.values(), ids=CHECKED.keys())
def test_a_hostile_file_is_refused_and_the_active_weights_stay(
    *,
    hostile: Hostile,
    database: Database,
    store: ImageStore,
    settings: Settings,
    desk: WeightsDesk,
    random_release: Path,
) -> None:
    release_id = add(database, store, *hostile.make(*sound_parts(random_release)))

    assert desk.work()

    refused = release(database, release_id)
    assert (refused.status, refused.reason_code, refused.storage_key) == (ReleaseStatus.REFUSED, hostile.code, None)
    assert hostile.says in (refused.reason_message or "")
    assert parts_in(settings) == []
    assert actions(database) == ["weights.added", "weights.checked"]
    with database.unit_of_work() as session:
        assert weights.find_active(session) == (None, None)
    assert not desk.work()


def test_sound_weights_leave_quarantine_and_are_evaluated(
    database: Database, store: ImageStore, settings: Settings, desk: WeightsDesk, random_release: Path
) -> None:
    content, manifest = sound_parts(random_release)
    release_id = add(database, store, content, manifest_of(content, manifest))
    assert len(parts_in(settings)) == 1

    assert desk.work()

    ready = release(database, release_id)
    assert (ready.status, ready.name, ready.version) == (ReleaseStatus.READY, "random", "0.0.1")
    assert ready.storage_key is not None
    with store.open(ready.storage_key) as stream:
        assert stream.read() == content
    assert parts_in(settings) == []
    assert actions(database) == ["weights.added", "weights.checked", "weights.evaluated"]
    with pytest.raises(ReleaseKnown, match=f"number {release_id}"):
        add(database, store, content, manifest_of(content, manifest))


def test_two_that_could_not_be_told_apart_are_not_both_let_in(
    database: Database, store: ImageStore, desk: WeightsDesk, random_release: Path
) -> None:
    content, manifest = sound_parts(random_release)
    add(database, store, content, manifest_of(content, manifest))
    desk.work()
    changed = bytearray(content)
    changed[-2] ^= 1
    second = add(database, store, bytes(changed), manifest_of(bytes(changed), manifest))

    desk.work()

    assert release(database, second).reason_code == "version_taken"


def test_what_a_killed_process_left_is_judged_again_but_not_for_ever(
    database: Database, store: ImageStore, desk: WeightsDesk, random_release: Path
) -> None:
    content, manifest = sound_parts(random_release)
    release_id = add(database, store, content, manifest_of(content, manifest))
    with database.unit_of_work() as session:
        weights.change_release(session, release_id, attempts=3)

    assert desk.work()

    assert release(database, release_id).status is ReleaseStatus.FAILED


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_real_children_check_and_compare(
    database: Database, store: ImageStore, settings: Settings, random_release: Path
) -> None:
    content, manifest = sound_parts(random_release)
    release_id = add(database, store, content, manifest_of(content, manifest))
    seen: list[tuple[int, int]] = []

    assert open_desk(settings, database, store).work(release_id, lambda done, total: seen.append((done, total)))

    assert release(database, release_id).status is ReleaseStatus.READY, release(database, release_id).reason_message
    with database.unit_of_work() as session:
        evaluation = weights.find_evaluation(session, release_id)
    assert evaluation is not None
    report = json.loads(evaluation.report_json)
    assert (report["candidate"]["name"], report["baseline"]["name"]) == ("random", "bloodcount")
    assert report["groups"][0]["classes"][0]["baseline"]["f1"] > 0.95
    assert len(report["changed"]) == 8
    assert seen[-1][1] == 16
