"""The laboratory's golden fields are counted after the drawn ones and after every waiting image."""

import threading
from dataclasses import dataclass, field

import pytest

from app.db.records import AcquisitionProfileRecord
from app.db.repositories.samples import get_sample
from app.db.session import Database
from app.jobs.golden_check import GoldenFieldCheck
from app.jobs.runtime import CountingRuntime
from app.schemas.golden_checks import GoldenCheck
from app.services.quality.golden_checks import newest_checks
from app.services.quality.laboratory_checks import newest_laboratory_checks
from app.settings import Settings
from app.storage import ImageStore
from model.preprocessing import decode_image
from model.types import FieldResult, WeightsIdentity
from tests.component.golden_bench import CONFIRMED, golden_field
from tests.component.upload_desk import UploadDesk
from tests.jobs.laboratory import wait_for
from tests.jobs.test_golden_check import SMALL, STEADY, wait_until_idle
from tests.sample_images import image_bytes


@dataclass
class NotingCounter:
    """Finds the confirmed cells on every image, notes what it counts, and waits at images that it is told to hold."""

    weights: WeightsIdentity = STEADY
    counted: list[tuple[bytes, float | None]] = field(default_factory=list)
    held: bytes | None = None
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:
        """Count one image."""
        self.counted.append((image_bytes, um_per_px))
        if image_bytes == self.held:
            assert self.may_go_on.wait(30)
        return FieldResult("counted", self.weights, decode_image(image_bytes).size, cells=CONFIRMED)

    def images(self) -> list[bytes]:
        """What it counted, in order."""
        return [content for content, _ in self.counted]


@pytest.fixture
def desk(database: Database, store: ImageStore, settings: Settings) -> UploadDesk:
    """A sample whose fields people review."""
    return UploadDesk(database, store, settings)


def started(
    desk: UploadDesk, counter: NotingCounter, *, store: ImageStore | None = None
) -> tuple[GoldenFieldCheck, CountingRuntime]:
    settings = desk.settings.model_copy(update={"count_concurrency": 1})
    runtime = CountingRuntime(settings, counter_factory=lambda _: counter)
    runtime.use(runtime.load(None))
    check = GoldenFieldCheck(desk.database.unit_of_work, store or desk.store, runtime, "one", recipes=SMALL)
    check.start()
    return check, runtime


def kept(desk: UploadDesk) -> list[GoldenCheck]:
    with desk.database.unit_of_work() as session:
        return newest_laboratory_checks(session)


def checked(desk: UploadDesk, counter: NotingCounter) -> GoldenCheck:
    check, _ = started(desk, counter)
    wait_until_idle(check)
    check.stop()
    return kept(desk)[0]


def test_they_come_after_the_drawn_fields_the_newest_first(desk: UploadDesk) -> None:
    older, newer = golden_field(desk, 1), golden_field(desk, 2)
    counter = NotingCounter()

    first, again = checked(desk, counter), checked(desk, NotingCounter())

    assert counter.images()[len(SMALL) :] == [image_bytes(2), image_bytes(1)]
    assert first.laboratory is not None
    assert first.laboratory.images == (newer, older)
    assert [row.percent for row in first.laboratory.agreement] == [100.0, None, None]
    assert [first.outcome, again.outcome] == ["recorded", "passed"]


def test_they_are_counted_at_the_scale_of_their_sample(desk: UploadDesk) -> None:
    golden_field(desk)
    with desk.database.unit_of_work() as session:
        profile = AcquisitionProfileRecord(name="100x", name_key="100x", um_per_px=0.1)
        session.add(profile)
        session.flush()
        get_sample(session, desk.sample_id).acquisition_profile_id = profile.id
    counter = NotingCounter()

    checked(desk, counter)

    assert [scale for _, scale in counter.counted] == [None] * len(SMALL) + [0.1]


def test_an_image_that_waits_goes_before_the_next_golden_field(desk: UploadDesk) -> None:
    golden_field(desk, 1)
    golden_field(desk, 2)
    counter = NotingCounter(held=image_bytes(2))
    check, runtime = started(desk, counter)
    wait_for(lambda: counter.held in counter.images())

    def count_upload() -> None:
        with runtime.slot(is_suspect=False, priority=1) as mine:
            mine.count(image_bytes(3))

    upload = threading.Thread(target=count_upload)
    upload.start()
    wait_for(lambda: len(runtime._slots._waiting) == 1)
    counter.may_go_on.set()
    upload.join(30)
    wait_until_idle(check)
    check.stop()

    assert counter.images()[len(SMALL) :] == [image_bytes(2), image_bytes(3), image_bytes(1)]


def test_a_process_that_stops_keeps_no_half_of_a_check(desk: UploadDesk) -> None:
    golden_field(desk, 1)
    golden_field(desk, 2)
    counter = NotingCounter(held=image_bytes(2))
    check, _ = started(desk, counter)
    wait_for(lambda: counter.held in counter.images())

    stopping = threading.Thread(target=check.stop)
    stopping.start()
    wait_for(check._is_stopped.is_set)
    counter.may_go_on.set()
    stopping.join(30)

    assert image_bytes(1) not in counter.images()
    assert kept(desk) == []


def test_a_file_that_the_store_has_lost_is_skipped_and_told(desk: UploadDesk) -> None:
    lost, there = golden_field(desk, 1), golden_field(desk, 2)
    [row] = [image for image in desk.rows() if image.id == lost]
    desk.store.delete_image(row.storage_key)

    check = checked(desk, NotingCounter())

    assert check.laboratory is not None
    assert (check.laboratory.images, check.laboratory.missing) == ((there,), (lost,))
    assert check.outcome == "recorded"


def test_a_store_that_is_away_keeps_no_check_and_hurts_nothing(desk: UploadDesk) -> None:
    golden_field(desk)

    class AwayStore:
        def open(self, storage_key: str) -> None:
            raise OSError(f"no answer for {storage_key}")

    check, _ = started(desk, NotingCounter(), store=AwayStore())  # type: ignore[arg-type]
    wait_until_idle(check)
    check.stop()

    assert kept(desk) == []
    with desk.database.unit_of_work() as session:
        assert [one.outcome for one in newest_checks(session)] == ["recorded"]
