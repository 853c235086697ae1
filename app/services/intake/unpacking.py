"""Unpacking ZIP files member by member. Each member's row is the truth, so it can stop anywhere and go on later."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError
from typing import BinaryIO, cast

import structlog

from app.batch_errors import ArchiveRejected, TooManySamples
from app.db.records import BatchFileRecord
from app.db.repositories import batch_files, batches, upload_parts
from app.errors import ImageRejected, InvalidInput
from app.schemas.batches import BatchFileStatus, GroupedFile
from app.services.intake.archives import Member, list_members, open_archive, read_packed_manifest
from app.services.intake.batch_intake import BatchIntake
from app.services.intake.batches import Groups, check_samples, grouping_of, stored_rows
from app.services.intake.grouping import group_files
from app.services.intake.joined_parts import open_joined
from app.services.intake.receiving import receive_bytes
from app.services.samples.acquisition_profiles import usable_profiles
from model.types import Notice

log = structlog.get_logger(__name__)

_MEMBERS_AT_ONCE = 200
"""Rows written in one transaction, so that other writers get their turn."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError, ValueError)


class UnpackingStopped(Exception):
    """The process is stopping or the lease is lost; another one goes on."""


@dataclass(frozen=True, slots=True)
class Unpacking:
    """Unpacks one ZIP file at a time. ``is_allowed`` is asked before each member and renews the lease."""

    intake: BatchIntake
    is_allowed: Callable[[int], bool]

    def unpack(self, archive_id: int) -> None:
        """Take in the members of a ZIP file, those that were not taken in before.

        Raises:
            UnpackingStopped: It may not go on here.
            StorageFull: There is no room; it goes on later.
        """
        with self.intake.unit_of_work() as session:
            file = session.get_one(BatchFileRecord, archive_id)
            parts = upload_parts.list_parts(session, archive_id)
        if file.status is not BatchFileStatus.UNPACKING:
            return
        with open_joined(self.intake.store, parts) as stream:
            try:
                archive = open_archive(stream, self.intake.settings)
                with archive:
                    members = list(list_members(archive, self.intake.settings))
                    self._announce(file, archive, members)
                    self._take_in(file, archive, {member_path(file.path, one): one.index for one in members})
            except (ArchiveRejected, TooManySamples, InvalidInput) as refusal:
                self.give_up(archive_id, Notice(refusal.code, refusal.message))
                return
        self._finish(file, BatchFileStatus.UNPACKED, _summary(members))

    def give_up(self, archive_id: int, reason: Notice) -> None:
        """Refuse a ZIP file; what was taken in of it stays."""
        with self.intake.unit_of_work() as session:
            file = session.get_one(BatchFileRecord, archive_id)
            for member in batch_files.list_members(session, archive_id, status=BatchFileStatus.AWAITED):
                batch_files.move_on(
                    session,
                    member.id,
                    from_status=BatchFileStatus.AWAITED,
                    to_status=BatchFileStatus.REFUSED,
                    reason=Notice("unpacking_failed", "Its ZIP file was refused; send the file itself."),
                )
        self._finish(file, BatchFileStatus.REFUSED, reason)

    def _announce(self, file: BatchFileRecord, archive: zipfile.ZipFile, members: list[Member]) -> None:
        """Write a row for each member, once: a member that has its row already keeps it."""
        with self.intake.unit_of_work() as session:
            batch = batches.get_batch(session, file.batch_id)
            if not batch.manifest:
                batch.manifest = stored_rows(read_packed_manifest(archive, members, usable_profiles(session)))
            rule, manifest = grouping_of(batch)
        grouping = group_files([member.path for member in members], rule, manifest)
        judged = list(zip(members, grouping.files, strict=True))
        for start in range(0, len(judged), _MEMBERS_AT_ONCE):
            self._check_allowed(file.id)
            with self.intake.unit_of_work() as session:
                groups = Groups(session, file.batch_id)
                for member, grouped in judged[start : start + _MEMBERS_AT_ONCE]:
                    batch_files.add_file(session, _member_record(file, member, grouped, groups))
                check_samples(session, self.intake.settings, file.batch_id)

    def _take_in(self, file: BatchFileRecord, archive: zipfile.ZipFile, places: dict[str, int]) -> None:
        with self.intake.unit_of_work() as session:
            waiting = batch_files.list_members(session, file.id, status=BatchFileStatus.AWAITED)
        entries = archive.infolist()
        for member in waiting:
            self._check_allowed(file.id)
            self._take_in_member(member, archive, entries[places[member.path]])

    def _take_in_member(self, member: BatchFileRecord, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        with self.intake.store.receive() as incoming:
            try:
                with archive.open(entry) as stream, _damage_told(entry):
                    received = receive_bytes(cast("BinaryIO", stream), incoming.file, self.intake.limits)
            except ImageRejected as refusal:
                self.intake.refuse(member.id, Notice(refusal.code, refusal.message))
            except _DAMAGE as error:
                log.warning("member_damaged", file_id=member.id, error=type(error).__name__)
                reason = Notice(
                    "damaged_member",
                    f"The member {member.path!r} cannot be unpacked: its bytes are damaged; make the ZIP file again.",
                )
                self.intake.refuse(member.id, reason)
            else:
                self.intake.accept(member, incoming, received)

    def _finish(self, file: BatchFileRecord, status: BatchFileStatus, reason: Notice | None) -> None:
        with self.intake.unit_of_work() as session:
            batch_files.move_on(
                session, file.id, from_status=BatchFileStatus.UNPACKING, to_status=status, reason=reason
            )
        self.intake.delete_parts(file.id)
        log.info("archive_finished", file_id=file.id, status=status.value, code=reason.code if reason else None)

    def _check_allowed(self, archive_id: int) -> None:
        if not self.is_allowed(archive_id):
            raise UnpackingStopped


def member_path(archive_path: str, member: Member) -> str:
    """A member's path in its batch: that of the ZIP file, then its own."""
    return f"{archive_path[-150:]}/{member.path}"


@contextmanager
def _damage_told(entry: zipfile.ZipInfo) -> Iterator[None]:
    """Let bzip2 say like the others that bytes are damaged; any other trouble of the system is the store's.

    Raises:
        BadZipFile: The bytes are damaged.
    """
    try:
        yield
    except OSError as error:
        if entry.compress_type == zipfile.ZIP_BZIP2 and error.errno is None:
            raise zipfile.BadZipFile(str(error)) from error
        raise


def _member_record(file: BatchFileRecord, member: Member, grouped: GroupedFile, groups: Groups) -> BatchFileRecord:
    """The row of a member: awaited where it is to be taken in, else closed with the reason."""
    status, group_id = BatchFileStatus.AWAITED, None
    reason = member.skipped or member.refused
    if reason is None:
        group = groups.claim(grouped.accession_number, grouped.note)
        group_id, reason = (None, group) if isinstance(group, Notice) else (group, None)
    if reason is not None:
        status = BatchFileStatus.SKIPPED if member.skipped else BatchFileStatus.REFUSED
    return BatchFileRecord(
        batch_id=file.batch_id,
        path=member_path(file.path, member),
        byte_size=member.byte_size,
        batch_sample_id=group_id,
        archive_id=file.id,
        status=status,
        reason_code=reason.code if reason else None,
        reason_message=reason.message if reason else None,
    )


def _summary(members: list[Member]) -> Notice | None:
    """What was left out, in one sentence; None where nothing was."""
    skipped = sum(member.skipped is not None for member in members)
    refused = sum(member.refused is not None for member in members)
    if not members:
        return Notice("empty_archive", "The ZIP file holds no file.")
    if not skipped and not refused:
        return None
    return Notice(
        "members_left_out",
        f"Of {len(members):,} members {skipped:,} that are no photographs were left out and {refused:,} refused.",
    )
