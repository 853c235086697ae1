"""ZIP files of a batch, unpacked member by member."""

import zipfile
from io import BytesIO

import pytest

from app.db.session import Database
from app.errors import StorageFull
from app.schemas.batches import BatchFileStatus, BatchStatus
from app.services.intake.unpacking import Unpacking, UnpackingStopped
from app.settings import Settings
from app.storage import ImageStore
from tests.component.batch_desk import BatchDesk
from tests.sample_images import image_bytes


@pytest.fixture
def desk(database: Database, store: ImageStore, settings: Settings) -> BatchDesk:
    return BatchDesk(database, store, settings)


def zip_of(**members: bytes) -> bytes:
    """Members by their paths, in which ``__`` stands for a slash and ``_`` for a dot."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


def send_zip(desk: BatchDesk, content: bytes, *, part_bytes: int = 1000) -> int:
    (file,) = desk.announce(("night.zip", len(content)))
    for start in range(0, len(content), part_bytes):
        file = desk.part(file.id, start, content[start : start + part_bytes])
    assert file.status is BatchFileStatus.UNPACKING
    return file.id


def test_members_are_grouped_and_counted_and_the_zip_file_is_deleted(desk: BatchDesk) -> None:
    content = zip_of(n__s1__a_png=image_bytes(1), n__s1__b_png=image_bytes(2), n__s2__c_png=image_bytes(3))

    desk.unpack(send_zip(desk, content))

    assert {path: file.accession_number for path, file in desk.files().items()} == {
        "night.zip": None,
        "night.zip/n/s1/a.png": "s1",
        "night.zip/n/s1/b.png": "s1",
        "night.zip/n/s2/c.png": "s2",
    }
    assert len(desk.jobs.committed) == len(desk.images()) == 3
    assert (desk.parts(), desk.part_files()) == ([], [])
    assert desk.complete().status is BatchStatus.COUNTING
    assert desk.detail().files_total == 3


@pytest.mark.parametrize("stop_after", [1, 2, 3, 4])
def test_unpacking_that_stops_anywhere_goes_on_without_loss_or_double(desk: BatchDesk, stop_after: int) -> None:
    archive_id = send_zip(desk, zip_of(**{f"s1__{n}_png": image_bytes(n) for n in range(4)}))
    asked = 0

    def is_allowed(_: int) -> bool:
        nonlocal asked
        asked += 1
        return asked <= stop_after

    with pytest.raises(UnpackingStopped):
        Unpacking(desk.intake, is_allowed).unpack(archive_id)
    assert len(desk.images()) == stop_after - 1
    desk.unpack(archive_id)
    desk.unpack(archive_id)

    assert len(desk.images()) == len(desk.jobs.committed) == 4
    assert desk.files()["night.zip"].status is BatchFileStatus.UNPACKED


def test_a_manifest_inside_the_zip_file_is_used(desk: BatchDesk) -> None:
    manifest = b"file name;accession number;note\na.png;26-9;edge\ngone.png;26-8;\n"
    desk.unpack(send_zip(desk, zip_of(s1__a_png=image_bytes(1), s1__b_png=image_bytes(2), manifest_csv=manifest)))

    files = desk.files()
    assert files["night.zip/s1/a.png"].accession_number == "26-9"
    assert files["night.zip/s1/b.png"].accession_number == "s1"
    assert files["night.zip/manifest.csv"].status is BatchFileStatus.SKIPPED
    assert [row.file for row in desk.detail().rows_without_file] == ["gone.png"]


def test_a_manifest_that_cannot_be_used_refuses_the_zip_file(desk: BatchDesk) -> None:
    desk.unpack(send_zip(desk, zip_of(s1__a_png=image_bytes(1), manifest_csv=b"what\nis\nthis\n")))

    file = desk.files()["night.zip"]
    assert file.status is BatchFileStatus.REFUSED
    assert file.reason is not None
    assert "'what'" in file.reason.message
    assert desk.images() == []


def test_bad_members_are_named_and_the_good_ones_taken(desk: BatchDesk) -> None:
    content = bytearray(zip_of(s1__a_png=image_bytes(1), s1__b_png=b"no image", s1__c_png=image_bytes(3), d_png=b"x"))
    content[content.find(b"s1/a.png") + 200] ^= 0xFF  # a bit of the first member's packed bytes

    desk.unpack(send_zip(desk, bytes(content)))

    codes = {path: file.reason.code for path, file in desk.files().items() if file.reason and file.path != "night.zip"}
    assert codes == {
        "night.zip/s1/a.png": "damaged_member",
        "night.zip/s1/b.png": "not_an_image",
        "night.zip/d.png": "no_sample",
    }
    assert [image.file_name for image in desk.images()] == ["c.png"]


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        (b"no zip file at all", {}, "not_an_archive"),
        (zip_of(s__a_png=b"1", s__b_png=b"2"), {"max_archive_members": 1}, "too_many_members"),
        (zip_of(s__a_png=b"1", t__b_png=b"2"), {"max_samples_per_batch": 1}, "too_many_samples"),
        (zip_of(s__a_png=bytes(900)), {"max_archive_unpacked_bytes": 899}, "too_large_unpacked"),
    ],
)
def test_a_zip_file_over_a_limit_is_refused_as_a_whole(
    database: Database, store: ImageStore, settings: Settings, *, content: bytes, limits: dict[str, int], code: str
) -> None:
    desk = BatchDesk(database, store, settings.model_copy(update=limits))

    desk.unpack(send_zip(desk, content))

    file = desk.files()["night.zip"]
    assert file.status is BatchFileStatus.REFUSED
    assert file.reason is not None
    assert file.reason.code == code
    assert (desk.images(), desk.parts(), desk.part_files()) == ([], [], [])
    assert desk.complete().status is BatchStatus.ATTENTION


def test_a_member_that_lies_about_its_size_is_cut_at_the_limit(
    database: Database, store: ImageStore, settings: Settings
) -> None:
    desk = BatchDesk(database, store, settings.model_copy(update={"max_file_bytes": 5000}))
    content = bytearray(zip_of(s__a_png=bytes(400_000)))
    for sign, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.find(sign) + at
        content[place : place + 4] = (4000).to_bytes(4, "little")

    desk.unpack(send_zip(desk, bytes(content)))

    file = desk.files()["night.zip/s/a.png"]
    assert file.reason is not None
    assert file.reason.code == "damaged_member"
    assert desk.images() == []


def test_a_full_disk_leaves_the_member_for_later(desk: BatchDesk) -> None:
    archive_id = send_zip(desk, zip_of(s1__a_png=image_bytes(1)))
    jobs = desk.jobs

    class FullJobs:
        def enqueue_count(self, *_: object, **__: object) -> None:
            raise StorageFull

    desk.jobs = FullJobs()  # type: ignore[assignment]
    with pytest.raises(StorageFull):
        desk.unpack(archive_id)
    assert desk.files()["night.zip/s1/a.png"].status is BatchFileStatus.AWAITED
    desk.jobs = jobs
    desk.unpack(archive_id)

    assert len(desk.images()) == len(jobs.committed) == 1
