"""Uploads that are not finished are in a backup: a ZIP file that was sent has been accepted, and sending can go on."""

from copy import copy
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.session import Database
from app.schemas.batches import BatchFileStatus
from app.services.audit import verify_chain
from app.services.backup.backups import make_backup, restore_backup
from app.settings import Settings
from app.storage import ImageStore
from tests.component.batch_desk import BatchDesk
from tests.component.test_unpacking import send_zip, zip_of
from tests.other_installation import Other, other
from tests.sample_images import image_bytes

__all__ = ["other"]


@pytest.fixture
def desk(database: Database, store: ImageStore, settings: Settings) -> BatchDesk:
    return BatchDesk(database, store, settings)


def desk_after_restore(desk: BatchDesk, other: Other, backup: Path) -> BatchDesk:
    restore_backup(other.database, other.store, backup)
    there = copy(desk)
    there.database, there.store, there.settings = other.database, other.store, other.settings
    there.batch_id = desk.batch_id
    return there


def test_a_zip_file_that_is_not_unpacked_yet_is_unpacked_after_the_restore(
    desk: BatchDesk, other: Other, tmp_path: Path
) -> None:
    archive_id = send_zip(desk, zip_of(s1__a_png=image_bytes(1), s1__b_png=image_bytes(2)))

    manifest = make_backup(desk.database, desk.store, tmp_path / "backup", version="test")
    there = desk_after_restore(desk, other, tmp_path / "backup")
    there.unpack(archive_id)

    assert manifest.parts > 1
    assert (manifest.missing_parts, manifest.images) == ((), 0)
    assert len(there.images()) == 2
    assert there.file(archive_id).status is BatchFileStatus.UNPACKED
    assert (there.parts(), there.part_files()) == ([], [])


def test_sending_goes_on_after_the_restore_where_it_stood(desk: BatchDesk, other: Other, tmp_path: Path) -> None:
    content = image_bytes(3)
    (file,) = desk.announce(("s1/a.png", len(content)))
    desk.part(file.id, 0, content[:1000])
    make_backup(desk.database, desk.store, tmp_path / "backup", version="test")

    there = desk_after_restore(desk, other, tmp_path / "backup")
    arrived = there.part(file.id, 1000, content[1000:])

    assert arrived.status is BatchFileStatus.ACCEPTED
    with there.store.open(there.images()[0].storage_key) as stream:
        assert stream.read() == content


def test_the_audit_trail_is_whole_after_the_restore_goes_on_and_still_refuses_changes(
    desk: BatchDesk, other: Other, tmp_path: Path
) -> None:
    for seed in range(3):
        desk.send(f"s{seed}/a.png", image_bytes(seed))
    make_backup(desk.database, desk.store, tmp_path / "backup", version="test")

    there = desk_after_restore(desk, other, tmp_path / "backup")
    restored = entries_of_sound_trail(there)
    there.send("s1/b.png", image_bytes(9))

    assert restored == entries_of_sound_trail(desk)
    assert entries_of_sound_trail(there) > restored >= 6
    for change in ("UPDATE audit_event SET actor_name = 'x'", "DELETE FROM audit_event", "DELETE FROM audit_head"):
        with pytest.raises(DBAPIError, match="append-only"), there.database.engine.begin() as connection:
            connection.execute(text(change))


def entries_of_sound_trail(desk: BatchDesk) -> int:
    with desk.database.unit_of_work() as session:
        checked = verify_chain(session)
    assert checked.faults == ()
    return checked.entries


class UnpackedMeanwhile:
    """A store; as soon as a part is asked for, the ZIP file is unpacked by another process and its parts are gone."""

    def __init__(self, desk: BatchDesk, archive_id: int) -> None:
        self._desk, self._archive_id, self._is_done = desk, archive_id, False

    def open(self, storage_key: str) -> BinaryIO:
        if not self._is_done:
            self._is_done = True
            self._desk.unpack(self._archive_id)
        return self._desk.store.open(storage_key)

    def __getattr__(self, name: str) -> object:
        return getattr(self._desk.store, name)


def test_a_zip_file_that_is_unpacked_while_the_backup_is_made_is_in_it_as_images(
    desk: BatchDesk, other: Other, tmp_path: Path
) -> None:
    archive_id = send_zip(desk, zip_of(s1__a_png=image_bytes(1), s1__b_png=image_bytes(2)))
    store: ImageStore = UnpackedMeanwhile(desk, archive_id)  # type: ignore[assignment]

    manifest = make_backup(desk.database, store, tmp_path / "backup", version="test")

    assert (manifest.images, manifest.parts, manifest.missing_parts) == (2, 0, ())
    assert [path for path in (tmp_path / "backup").rglob("parts/*") if path.is_file()] == []
    there = desk_after_restore(desk, other, tmp_path / "backup")
    assert there.file(archive_id).status is BatchFileStatus.UNPACKED
    assert len(there.images()) == 2


def test_a_part_that_the_store_has_lost_is_told(desk: BatchDesk, tmp_path: Path) -> None:
    send_zip(desk, zip_of(s1__a_png=image_bytes(1)))
    lost = desk.parts()[0].storage_key
    desk.store.delete_part(lost)

    manifest = make_backup(desk.database, desk.store, tmp_path / "backup", version="test")

    assert manifest.missing_parts == (lost,)
    assert manifest.parts == len(desk.parts()) - 1
