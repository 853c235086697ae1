"""ZIP files are unpacked by whichever process lives, through SIGKILL, without a member lost or doubled."""

import random
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.db.base import utc_now
from app.db.records import BatchFileRecord, BatchRecord, FieldImageRecord
from app.db.session import Database
from app.jobs import CountingRuntime, JobEngine
from app.jobs.unpacker import MOST_STARTS, Unpacker
from app.schemas.batches import BatchFileStatus
from app.schemas.samples import ImageStatus
from app.settings import Settings
from app.storage import ImageStore
from tests.component.batch_desk import BatchDesk
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import QUICK
from tests.sample_images import image_bytes

MEMBERS = 30
KILLS = 4


@pytest.fixture
def desk(database: Database, store: ImageStore, settings: Settings) -> BatchDesk:
    return BatchDesk(database, store, settings)


def send_zip(desk: BatchDesk, members: int) -> int:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"s{number % 4}/{number}.png", image_bytes(number))
    content = stream.getvalue()
    (file,) = desk.announce(("night.zip", len(content)))
    return desk.part(file.id, 0, content).id


def wait_until(condition: object, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_members_survive_kills_at_random_moments(desk: BatchDesk, settings: Settings, tmp_path: Path) -> None:
    chance = random.Random(7)
    archive_id = send_zip(desk, MEMBERS)
    engine = JobEngine(
        settings,
        desk.database,
        desk.store,
        CountingRuntime(settings, counter_factory=lambda _: ScriptedCounter()),
        options=QUICK,
        unpack=False,
    )
    engine.start()
    command = [sys.executable, "-m", "tests.jobs.unpacking_process", "--url", settings.database_url]
    command += ["--data-dir", str(settings.data_dir)]
    kills = 0
    try:
        for _ in range(3 * KILLS):
            with (
                (tmp_path / "log").open("ab") as log,
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process,
            ):
                assert process.stdout is not None
                assert process.stdout.readline() == b"ready\n", (tmp_path / "log").read_text()
                if kills < KILLS:
                    time.sleep(chance.uniform(0.02, 0.25))
                    process.kill()
                    process.wait()
                    kills += 1
                    with desk.database.unit_of_work() as session:  # nobody blames the ZIP file for these kills
                        session.execute(update(BatchFileRecord).values(attempts=0, leased_until=None))
                else:
                    assert process.wait(120) == 0
                    break
        accepted = len(desk.images())
        wait_until(lambda: all(image.status is ImageStatus.COUNTED for image in desk.images()), 120)
    finally:
        engine.stop()

    assert kills == KILLS
    assert accepted == MEMBERS
    assert Counter(image.sha256 for image in desk.images()).most_common(1)[0][1] == 1
    assert desk.file(archive_id).status is BatchFileStatus.UNPACKED
    assert {file.status for path, file in desk.files().items() if path != "night.zip"} == {BatchFileStatus.ACCEPTED}
    assert (desk.parts(), desk.part_files()) == ([], [])


def test_two_processes_that_unpack_at_once_take_each_member_once(desk: BatchDesk) -> None:
    archive_id = send_zip(desk, 12)
    errors: list[BaseException] = []

    def unpack() -> None:
        try:
            desk.unpack(archive_id)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            errors.append(error)

    threads = [threading.Thread(target=unpack) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(desk.images()) == len(desk.jobs.committed) == 12


def test_a_lease_keeps_others_away_until_it_is_over(desk: BatchDesk) -> None:
    archive_id = send_zip(desk, 1)
    with desk.database.unit_of_work() as session:
        session.execute(update(BatchFileRecord).values(leased_until=utc_now() + timedelta(seconds=60)))
    assert Unpacker(desk.intake).work() is False
    with desk.database.unit_of_work() as session:
        session.execute(update(BatchFileRecord).values(leased_until=utc_now() - timedelta(seconds=1)))

    assert Unpacker(desk.intake).work() is True

    assert desk.file(archive_id).status is BatchFileStatus.UNPACKED


def test_a_zip_file_that_never_ends_well_is_given_up(desk: BatchDesk) -> None:
    archive_id = send_zip(desk, 1)
    with desk.database.unit_of_work() as session:
        session.execute(update(BatchFileRecord).values(attempts=MOST_STARTS))

    Unpacker(desk.intake).work()

    file = desk.file(archive_id)
    assert file.status is BatchFileStatus.REFUSED
    assert file.reason is not None
    assert f"{MOST_STARTS} times" in file.reason.message
    assert (desk.parts(), desk.part_files()) == ([], [])


def test_a_part_that_the_store_has_lost_counts_as_no_start(desk: BatchDesk) -> None:
    archive_id = send_zip(desk, 1)
    for path in desk.part_files():
        path.unlink()

    assert Unpacker(desk.intake).work() is True

    with desk.database.unit_of_work() as session:
        record = session.get_one(BatchFileRecord, archive_id)
        assert (record.status, record.attempts) == (BatchFileStatus.UNPACKING, 0)
        assert record.leased_until is not None


def test_a_running_engine_unpacks_counts_and_sweeps(desk: BatchDesk, settings: Settings) -> None:
    other = desk.open().id
    with desk.database.unit_of_work() as session:
        old = utc_now() - timedelta(hours=settings.abandoned_upload_hours + 1)
        session.execute(update(BatchRecord).where(BatchRecord.id == other).values(active_at=old))
    send_zip(desk, 3)
    runtime = CountingRuntime(settings, counter_factory=lambda _: ScriptedCounter())
    engine = JobEngine(settings, desk.database, desk.store, runtime, options=QUICK)
    engine.start()
    try:
        wait_until(lambda: [image.status for image in desk.images()] == 3 * [ImageStatus.COUNTED])
        wait_until(lambda: _closed(desk, other))
    finally:
        engine.stop()

    with desk.database.unit_of_work() as session:
        assert len(session.scalars(select(FieldImageRecord.id)).all()) == 3


def _closed(desk: BatchDesk, batch_id: int) -> bool:
    with desk.database.unit_of_work() as session:
        return session.get_one(BatchRecord, batch_id).completed_at is not None
