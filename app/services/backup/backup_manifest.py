"""What a backup holds, with a hash of everything, so that a restore can prove it is whole."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from app.errors import BackupUnusable
from app.schemas.base import Schema

MANIFEST, IMAGE_LIST, IMAGE_FOLDER = "manifest.json", "images.sha256", "images"
PART_LIST = "parts.sha256"
"""Parts of uploads lie in the backup under their own keys; backups of older versions hold none and no list."""

_CHUNK_BYTES = 1024 * 1024


class BackupFile(Schema):
    """One file of the backup, by its path in it."""

    path: str
    byte_size: int
    sha256: str


class BackupManifest(Schema):
    """A whole backup; it is written last, so a folder without it is none."""

    format: Literal[1] = 1
    made_at: str
    bloodcount_version: str
    schema_revision: str
    database: Literal["sqlite", "postgresql"]
    files: list[BackupFile]
    images: int
    image_bytes: int
    missing_images: list[str]
    parts: int = 0
    part_bytes: int = 0
    missing_parts: tuple[str, ...] = ()


def describe_file(folder: Path, path: str) -> BackupFile:
    """A file of the backup with its size and hash."""
    return BackupFile(path=path, byte_size=(folder / path).stat().st_size, sha256=file_sha256(folder / path))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def read_manifest(folder: Path) -> BackupManifest:
    """The manifest of a backup.

    Raises:
        BackupUnusable: There is none, or it is none of this version.
    """
    try:
        return BackupManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise BackupUnusable(f"{folder} holds no backup: there is no {MANIFEST} in it.") from error
    except ValidationError as error:
        raise BackupUnusable(f"The {MANIFEST} of {folder} cannot be read by this version of Bloodcount.") from error


def verify_backup(folder: Path) -> BackupManifest:
    """Prove that every file of a backup is there and unchanged.

    Raises:
        BackupUnusable: One is missing or was changed; the message names it.
    """
    manifest = read_manifest(folder)
    for file in manifest.files:
        _verify(folder, file.path, file.sha256)
    for what, listed, expected in (("images", IMAGE_LIST, manifest.images), ("parts", PART_LIST, manifest.parts)):
        number = 0
        for sha256, path in listed_files(folder, listed):
            _verify(folder, path, sha256)
            number += 1
        if number != expected:
            raise BackupUnusable(f"The backup lists {number} {what} and should list {expected}; take another one.")
    return manifest


def listed_files(folder: Path, listed: str) -> Iterator[tuple[str, str]]:
    """SHA-256 and path of everything that a list of a backup names; ``sha256sum --check`` reads it too."""
    if not (folder / listed).exists():  # a list that the manifest names was found by then
        return
    with (folder / listed).open(encoding="ascii") as lines:
        for line in lines:
            sha256, _, path = line.rstrip("\n").partition("  ")
            yield sha256, path


def _verify(folder: Path, path: str, sha256: str) -> None:
    try:
        is_unchanged = file_sha256(folder / path) == sha256
    except OSError as error:
        raise BackupUnusable(f"The backup is not whole: {path} cannot be read; take another one.") from error
    if not is_unchanged:
        raise BackupUnusable(f"The backup is damaged: {path} was changed after it was made; take another one.")
