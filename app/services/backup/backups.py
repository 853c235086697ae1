"""Backups: everything that the database and the image store hold, taken while the server runs, and put back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.db.base import utc_now
from app.db.session import Database
from app.db.snapshots import (
    DatabaseSnapshot,
    flush_file,
    refuse_unused,
    refuse_used,
    restore_snapshot,
)
from app.errors import BackupUnusable
from app.services.backup.backup_manifest import (
    IMAGE_FOLDER,
    IMAGE_LIST,
    MANIFEST,
    PART_LIST,
    BackupManifest,
    describe_file,
    listed_files,
    verify_backup,
)
from app.services.backup.backup_parts import copy_database_and_parts, copy_from_store
from app.storage import ImageStore, IncomingImage

_CHUNK_BYTES = 1024 * 1024


def make_backup(database: Database, store: ImageStore, target: Path, *, version: str) -> BackupManifest:
    """Copy database and images into a new folder, and verify the copy.

    First the database, at one moment, then what of the store its rows refer to: an image is stored before its row, and
    its bytes never change, so they are all there. The folder gets its name when it is whole.

    Raises:
        BackupUnusable: The folder exists already, there is nothing to copy, or the copy could not be verified.
    """
    if target.exists():
        raise BackupUnusable(f"{target} exists already and nothing is ever overwritten; give the backup a new name.")
    refuse_unused(database)
    partial = target.with_name(target.name + ".partial")
    if partial.exists():
        raise BackupUnusable(f"{partial} is left of a backup that was broken off, or is being made; delete it first.")
    partial.mkdir(parents=True)
    snapshot, parts = copy_database_and_parts(database, store, partial)
    images, image_bytes, missing = _copy_images(store, snapshot, partial)
    manifest = BackupManifest(
        made_at=utc_now().isoformat(),
        bloodcount_version=version,
        schema_revision=snapshot.schema_revision,
        database="sqlite" if database.engine.dialect.name == "sqlite" else "postgresql",
        files=[describe_file(partial, path) for path in (*snapshot.files, IMAGE_LIST, PART_LIST)],
        images=images,
        image_bytes=image_bytes,
        missing_images=missing,
        parts=parts.number,
        part_bytes=parts.byte_size,
        missing_parts=tuple(parts.missing),
    )
    (partial / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    flush_file(partial / MANIFEST)
    verify_backup(partial)
    partial.replace(target)
    return manifest


def restore_backup(database: Database, store: ImageStore, source: Path) -> BackupManifest:
    """Put a backup into an empty database and the image store; images that the store has already are left.

    The images go first and the database last, as a whole: a restore that is broken off can simply be run again.

    Raises:
        BackupUnusable: The backup is not whole, is of another kind of database, or the database is in use already.
        StorageFull: The image store has no room left.
        DatabaseUnavailable: The backup was made by a newer version.
    """
    refuse_used(database)
    manifest = verify_backup(source)
    kind = "sqlite" if database.engine.dialect.name == "sqlite" else "postgresql"
    if manifest.database != kind:
        raise BackupUnusable(
            f"The backup is of a {manifest.database} database and BLOODCOUNT_DATABASE_URL names a {kind} one; "
            "restore it into its own kind."
        )
    for sha256, path in listed_files(source, IMAGE_LIST):
        with _put_back(store, source / path) as incoming:
            incoming.keep(sha256)
    for _, part_key in listed_files(source, PART_LIST):
        with _put_back(store, source / part_key) as incoming:
            incoming.keep_part(part_key)
    restore_snapshot(database, source, manifest.schema_revision)
    return manifest


def _copy_images(store: ImageStore, snapshot: DatabaseSnapshot, folder: Path) -> tuple[int, int, list[str]]:
    """Copy every image; how many, their bytes, and the keys that the store has lost or keeps damaged."""
    images, image_bytes, missing = 0, 0, []
    with (folder / IMAGE_LIST).open("w", encoding="ascii") as listed:
        for sha256, key in snapshot.image_keys:
            path = f"{IMAGE_FOLDER}/{key}"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            copied = _copy_image(store, key, sha256, folder / path)
            if copied is None:
                missing.append(key)
                continue
            listed.write(f"{sha256}  {path}\n")
            images += 1
            image_bytes += copied
    flush_file(folder / IMAGE_LIST)
    return images, image_bytes, missing


def _copy_image(store: ImageStore, key: str, sha256: str, target: Path) -> int | None:
    """Copy one image and return its size; None when the store has no such image, or not these bytes."""
    copied = copy_from_store(store, key, target)
    if copied is None or copied.sha256 == sha256:
        return copied.byte_size if copied else None
    target.unlink()
    return None


@contextmanager
def _put_back(store: ImageStore, path: Path) -> Iterator[IncomingImage]:
    with path.open("rb") as file, store.receive() as incoming:
        while chunk := file.read(_CHUNK_BYTES):
            incoming.file.write(chunk)
        yield incoming
