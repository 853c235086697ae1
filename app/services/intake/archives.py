"""ZIP files: their table of contents, read with limits, and a judgement on every member before it is unpacked."""

import stat
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_END
from pathlib import PurePosixPath
from typing import BinaryIO

from app.batch_errors import ArchiveRejected
from app.schemas.batches import MAX_MANIFEST_CHARACTERS, MAX_PATH_CHARACTERS, ManifestRow
from app.services.intake.manifest_details import Profiles
from app.services.intake.manifests import read_manifest
from app.settings import Settings
from model.types import Notice

_END = struct.Struct("<4s4H2LH")
_END_SIGN = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_SIGN = b"PK\x06\x07"
_END64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT_BYTES = 65_535
_ENTRY_BYTES = 1_024
"""More than a member's entry in the table of contents needs; a table with more a member holds something else."""

_ENCRYPTED = 0x1
_NESTED = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar"})
_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_JUNK_FOLDERS = frozenset({"__macosx"})
_MANIFEST_NAME, _MANIFEST_CODE = "manifest.csv", "manifest"
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a ZIP file: its cleaned path, its size once unpacked, and why it is left out or refused, if it is.

    ``index`` is its place in the table of contents, because two members may have the same name.
    """

    index: int
    path: str
    byte_size: int
    skipped: Notice | None = None
    refused: Notice | None = None


def check_archive_size(byte_size: int, settings: Settings) -> None:
    """Pass a ZIP file of so many bytes.

    Raises:
        ArchiveRejected: It is empty or too large.
    """
    if byte_size == 0:
        raise ArchiveRejected("empty_file", "The ZIP file is empty (0 bytes); make it again.")
    if byte_size > settings.max_archive_bytes:
        raise ArchiveRejected(
            "too_large_archive",
            f"The ZIP file has {byte_size / 1e6:,.1f} MB and the limit is {settings.max_archive_bytes / 1e6:,.1f} MB; "
            "make several smaller ones.",
        )


def open_archive(stream: BinaryIO, settings: Settings) -> zipfile.ZipFile:
    """A ZIP file whose table of contents keeps to the limits. It is measured before it is read into memory.

    Raises:
        ArchiveRejected: It is no ZIP file, has too many members, or would become too large.
    """
    limit = settings.max_archive_members
    table_bytes = _table_bytes(stream)
    if table_bytes > limit * _ENTRY_BYTES:
        raise ArchiveRejected(
            "too_many_members",
            f"The ZIP file's table of contents has {table_bytes / 1e6:,.1f} MB, more than {limit:,} members need, "
            "which is the limit; make several smaller ZIP files.",
        )
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, RuntimeError, ValueError, struct.error) as error:
        raise _not_a_zip() from error
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(files) > limit:
        raise ArchiveRejected(
            "too_many_members",
            f"The ZIP file has {len(files):,} members and the limit is {limit:,}; make several smaller ZIP files.",
        )
    unpacked = sum(entry.file_size for entry in files)
    if unpacked > settings.max_archive_unpacked_bytes:
        raise ArchiveRejected(
            "too_large_unpacked",
            f"The ZIP file's members have {unpacked / 1e6:,.1f} MB together and the limit is "
            f"{settings.max_archive_unpacked_bytes / 1e6:,.1f} MB; make several smaller ZIP files.",
        )
    return archive


def list_members(archive: zipfile.ZipFile, settings: Settings) -> Iterator[Member]:
    """Every file of a ZIP file in the order of its table of contents, judged by what the table says."""
    taken: set[str] = set()
    shown: set[str] = set()
    for index, entry in enumerate(archive.infolist()):
        if entry.is_dir():
            continue
        path = _shown_path(entry.filename)
        skipped = _junk(path, entry.file_size)
        refused = None if skipped else _refusal(entry, path, taken, settings)
        if not refused:
            taken.add(path)
        if path in shown:  # such as a refused member whose path was cleaned: each has a row of its own
            path = f"{path} ({index + 1})"
        shown.add(path)
        yield Member(index, path, entry.file_size, skipped, refused)


def read_packed_manifest(archive: zipfile.ZipFile, members: Iterable[Member], profiles: Profiles) -> list[ManifestRow]:
    """The rows of a manifest.csv that came inside the ZIP file; none where there is none.

    Raises:
        InvalidInput: It is there and cannot be used.
    """
    entries = archive.infolist()
    for member in members:
        if member.skipped and member.skipped.code == _MANIFEST_CODE:
            with archive.open(entries[member.index]) as stream:
                text = stream.read(4 * MAX_MANIFEST_CHARACTERS).decode("utf-8-sig", "replace")
            return read_manifest(text, profiles)
    return []


def _refusal(entry: zipfile.ZipInfo, path: str, taken: set[str], settings: Settings) -> Notice | None:
    name = f"The member {entry.filename[:MAX_PATH_CHARACTERS]!r}"
    return (
        _place_refusal(entry.filename.replace("\\", "/"), name)
        or _kind_refusal(entry, path, name, taken)
        or _size_refusal(entry, name, settings)
    )


def _place_refusal(given: str, name: str) -> Notice | None:
    if given.startswith("/") or (len(given) > 1 and given[1] == ":"):
        return Notice("absolute_path", f"{name} has an absolute path; make the ZIP file from inside the folder.")
    if ".." in given.split("/"):
        return Notice("path_outside", f"{name} points outside the ZIP file ('..'); make the ZIP file again.")
    return None


def _kind_refusal(entry: zipfile.ZipInfo, path: str, name: str, taken: set[str]) -> Notice | None:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Notice("symbolic_link", f"{name} is a link and no file; put the file itself into the ZIP file.")
    if entry.flag_bits & _ENCRYPTED:
        return Notice("encrypted_member", f"{name} is encrypted; make the ZIP file without a password.")
    if PurePosixPath(path).suffix.lower() in _NESTED:
        return Notice("nested_archive", f"{name} is an archive inside an archive; unpack it and send what it holds.")
    if path in taken:
        return Notice("duplicate_member", f"{name} is in the ZIP file more than once; the first one was taken.")
    if entry.compress_type not in _METHODS:
        return Notice("unknown_compression", f"{name} is packed in a way that is not known; make a plain ZIP file.")
    return None


def _size_refusal(entry: zipfile.ZipInfo, name: str, settings: Settings) -> Notice | None:
    if entry.file_size > settings.max_file_bytes:
        return Notice(
            "too_large_file",
            f"{name} has {entry.file_size / 1e6:,.1f} MB unpacked and the limit is "
            f"{settings.max_file_bytes / 1e6:,.1f} MB; save it as JPEG or PNG.",
        )
    if entry.file_size > settings.max_archive_ratio * max(entry.compress_size, 1):
        return Notice(
            "too_high_ratio",
            f"{name} becomes {entry.file_size / max(entry.compress_size, 1):,.0f} times larger by being unpacked and "
            f"the limit is {settings.max_archive_ratio:,} times; send the file itself.",
        )
    return None


def _junk(path: str, byte_size: int) -> Notice | None:
    """Why a member is no photograph: a manifest, or what an operating system leaves beside them."""
    parts = [part.lower() for part in path.split("/")]
    if parts[-1] in _JUNK_NAMES or parts[-1].startswith("._") or not _JUNK_FOLDERS.isdisjoint(parts[:-1]):
        return Notice("system_file", f"{path!r} is a note of the operating system and no photograph; it was left out.")
    if parts[-1] == _MANIFEST_NAME and byte_size <= MAX_MANIFEST_CHARACTERS:
        return Notice(_MANIFEST_CODE, f"{path!r} is the manifest: it tells which file belongs to which sample.")
    return None


def _shown_path(name: str) -> str:
    """A member's path as it is kept: plain slashes, nothing that leads elsewhere, of bearable length."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    path = "/".join(parts).replace("\0", "").encode("utf-8", "replace").decode("utf-8") or "unnamed"
    longest = MAX_PATH_CHARACTERS - 200  # the ZIP file's own path comes before it
    return path if len(path) <= longest else f"{path[: longest - 41]}…{path[-40:]}"


def _table_bytes(stream: BinaryIO) -> int:
    """How long the table of contents is, told from the record at the end of the file.

    Raises:
        ArchiveRejected: There is no such record, so this is no ZIP file.
    """
    size = stream.seek(0, SEEK_END)
    start = max(0, size - _END.size - _LONGEST_COMMENT_BYTES)
    stream.seek(start)
    tail = stream.read(size - start)
    at = tail.rfind(_END_SIGN)
    if at < 0 or len(tail) - at < _END.size:
        raise _not_a_zip()
    table_bytes: int = _END.unpack_from(tail, at)[5]
    if start + at < _LOCATOR.size:
        return table_bytes
    stream.seek(start + at - _LOCATOR.size)
    sign, _, end64_at, _ = _LOCATOR.unpack(stream.read(_LOCATOR.size))
    if sign != _LOCATOR_SIGN or end64_at + _END64.size > size:
        return table_bytes
    stream.seek(end64_at)
    large_bytes: int = _END64.unpack(stream.read(_END64.size))[8]
    return max(table_bytes if table_bytes != 2**32 - 1 else 0, large_bytes)


def _not_a_zip() -> ArchiveRejected:
    return ArchiveRejected(
        "not_an_archive", "The file is no ZIP file, or it was cut off; make it again and send it anew."
    )
