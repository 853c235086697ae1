"""What a backup copies of unfinished uploads: a ZIP file that was sent is accepted, unpacked or not."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.db.session import Database
from app.db.snapshots import DatabaseSnapshot, flush_file, write_snapshot
from app.services.backup.backup_manifest import PART_LIST
from app.services.intake.receiving import Received
from app.storage import ImageStore

_MOST_SNAPSHOTS = 10
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CopiedParts:
    """How many parts were copied, their bytes, and the keys of those that the store has lost."""

    number: int
    byte_size: int
    missing: list[str]


def copy_database_and_parts(
    database: Database, store: ImageStore, folder: Path
) -> tuple[DatabaseSnapshot, CopiedParts]:
    """Copy the database at one moment and the parts of uploads that its rows refer to.

    Unlike images, parts are deleted once their file is finished. Where that happened after the moment of the copy, the
    database is copied anew; parts that are there already are not, so the next look is a quick one.
    """
    copied: dict[str, Received] = {}
    missing: set[str] = set()
    snapshot = write_snapshot(database, folder)
    for look in range(_MOST_SNAPSHOTS):
        if look:
            snapshot = write_snapshot(database, folder)
        missed_before, missing = missing, set()
        for key, byte_size in snapshot.part_keys.items():
            part = copied.get(key) or copy_from_store(store, key, folder / key)
            if part is None or part.byte_size != byte_size:
                missing.add(key)
            else:
                copied[key] = part
        if missing <= missed_before:  # nothing is missing, or what was lost before the copy
            break
    for key in copied.keys() - snapshot.part_keys.keys():
        (folder / key).unlink()
    kept = {key: part for key, part in sorted(copied.items()) if key in snapshot.part_keys}
    with (folder / PART_LIST).open("w", encoding="ascii") as listed:
        listed.writelines(f"{part.sha256}  {key}\n" for key, part in kept.items())
    flush_file(folder / PART_LIST)
    return snapshot, CopiedParts(len(kept), sum(part.byte_size for part in kept.values()), sorted(missing))


def copy_from_store(store: ImageStore, key: str, target: Path) -> Received | None:
    """Copy what lies in the store under a key and say what it was; None when nothing does."""
    digest, byte_size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with store.open(key) as source, target.open("wb") as file:
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
                byte_size += file.write(chunk)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    flush_file(target)
    return Received(digest.hexdigest(), byte_size)
