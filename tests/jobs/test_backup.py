"""A backup taken in the middle of a batch is one moment of it, and restored it goes on from there."""

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from app.errors import BackupUnusable
from app.schemas.samples import ImageStatus
from app.services.backup.backup_manifest import IMAGE_LIST, verify_backup
from app.services.backup.backups import make_backup, restore_backup
from app.services.queue.results import image_content, image_result
from app.services.samples.samples import sample_detail
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import Laboratory, wait_for
from tests.other_installation import Other, other
from tests.sample_images import image_bytes

__all__ = ["other"]

FINISHED = ImageStatus.COUNTED


@pytest.mark.slow
def test_what_was_counted_meanwhile_is_whole_and_the_rest_is_counted_after_the_restore(
    laboratory: Laboratory, other: Other, tmp_path: Path
) -> None:
    engine = laboratory.start(ScriptedCounter(delay_s=0.01))
    contents = [image_bytes(seed) for seed in range(40)]

    def upload_all() -> None:
        for content in contents:
            laboratory.upload(engine, content)

    sender = threading.Thread(target=upload_all)
    sender.start()
    wait_for(lambda: len(laboratory.analyses()) >= 3)
    manifest = make_backup(laboratory.database, laboratory.store, tmp_path / "backup", version="test")
    sender.join()
    laboratory.wait_until_finished()
    laboratory.stop_all()
    assert 3 <= manifest.images < len(contents), "the backup was not taken in the middle of the batch"

    restored = restore_backup(other.database, other.store, tmp_path / "backup")

    assert restored == manifest
    with other.database.unit_of_work() as session:
        detail = sample_detail(session, sample_id=laboratory.sample_id)
        for image in detail.images:
            with image_content(session, other.store, image_id=image.id).stream as stream:
                assert stream.read() in contents
            if image.status is FINISHED:
                assert image_result(session, image_id=image.id).counts is not None
    assert len(detail.images) == manifest.images
    assert sum(image.status is FINISHED for image in detail.images) >= 3

    successor = Laboratory.__new__(Laboratory)
    for name, value in {
        "database": other.database, "store": other.store, "settings": other.settings, "engines": [],
        "sample_id": laboratory.sample_id,
    }.items():  # fmt: skip
        setattr(successor, name, value)
    engine = successor.start(ScriptedCounter())
    [new_id] = successor.upload(engine, image_bytes(1000))
    images = successor.wait_until_finished()
    successor.stop_all()
    assert {image.status for image in images.values()} == {FINISHED}
    assert len(successor.analyses()) == manifest.images + 1
    assert new_id > max(image.id for image in detail.images)


def backup_of_two(laboratory: Laboratory, folder: Path) -> Path:
    engine = laboratory.start(ScriptedCounter())
    laboratory.upload(engine, image_bytes(1), image_bytes(2))
    laboratory.wait_until_finished()
    make_backup(laboratory.database, laboratory.store, folder, version="test")
    return folder


def test_nothing_is_overwritten(laboratory: Laboratory, tmp_path: Path) -> None:
    backup = backup_of_two(laboratory, tmp_path / "backup")

    with pytest.raises(BackupUnusable, match="exists already"):
        make_backup(laboratory.database, laboratory.store, backup, version="test")
    with pytest.raises(BackupUnusable, match="in use already"):
        restore_backup(laboratory.database, laboratory.store, backup)

    assert len(laboratory.analyses()) == 2


@pytest.mark.parametrize("harm", ["changed image", "lost image", "changed database", "lost line", "no manifest"])
def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_restored(
    laboratory: Laboratory, other: Other, tmp_path: Path, harm: str
) -> None:
    backup = backup_of_two(laboratory, tmp_path / "backup")
    image = next(path for path in (backup / "images").rglob("*") if path.is_file())
    database_file = next(path for path in backup.rglob("*") if path.suffix in {".db", ".copy"})
    if harm == "changed image":
        image.write_bytes(image.read_bytes()[:-1] + b"\0")
    elif harm == "lost image":
        image.unlink()
    elif harm == "changed database":
        database_file.write_bytes(database_file.read_bytes() + b"\0")
    elif harm == "lost line":
        (backup / IMAGE_LIST).write_text((backup / IMAGE_LIST).read_text().splitlines()[0] + "\n")
    else:
        (backup / "manifest.json").unlink()

    with pytest.raises(BackupUnusable, match=r"damaged|not whole|holds no backup"):
        restore_backup(other.database, other.store, backup)

    with pytest.raises(BackupUnusable, match="is empty"):
        make_backup(other.database, other.store, tmp_path / "second", version="test")


def test_a_lost_image_is_told_and_the_rest_is_backed_up(laboratory: Laboratory, tmp_path: Path) -> None:
    engine = laboratory.start(ScriptedCounter())
    laboratory.upload(engine, image_bytes(1), image_bytes(2))
    images = list(laboratory.wait_until_finished().values())
    (laboratory.settings.data_dir / "images" / images[0].storage_key).unlink()

    manifest = make_backup(laboratory.database, laboratory.store, tmp_path / "backup", version="test")

    assert (manifest.images, manifest.missing_images) == (1, [images[0].storage_key])


def test_the_list_of_images_is_one_that_other_programs_check(laboratory: Laboratory, tmp_path: Path) -> None:
    backup = backup_of_two(laboratory, tmp_path / "backup")

    program = shutil.which("sha256sum") or "sha256sum"
    told = subprocess.run([program, "--check", IMAGE_LIST], cwd=backup, capture_output=True, check=True, text=True)

    assert told.stdout.count(": OK") == 2
    assert verify_backup(backup).images == 2
