"""Batches: open one, announce its files, complete it."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.batch_errors import ArchiveRejected, BatchClosed, BatchIncomplete, TooManySamples
from app.db.records import BatchFileRecord, BatchRecord
from app.db.repositories import batch_files, batches
from app.errors import InvalidInput, TooManyFiles
from app.schemas.audit import AuditAction
from app.schemas.batches import (
    AnnouncedFile,
    BatchDetail,
    BatchFile,
    BatchFileStatus,
    GroupedFile,
    Grouping,
    GroupingQuestion,
    GroupingRule,
    ManifestRow,
    NewBatch,
)
from app.schemas.samples import NewSample
from app.services.audit import record_event
from app.services.intake.archives import check_archive_size
from app.services.intake.batch_progress import batch_detail, shown_files
from app.services.intake.grouping import group_files, is_archive
from app.services.intake.manifest_details import described_samples
from app.services.intake.manifests import read_manifest
from app.services.intake.repeated_uploads import check_idempotency_key
from app.services.samples.acquisition_profiles import usable_profiles
from app.settings import Settings
from model.preprocessing import ImageLimits, ImageRefused
from model.types import Notice

NO_SAMPLE = Notice(
    "no_sample",
    "Neither its folder, its name nor the manifest tells which sample this file belongs to; put it into a folder "
    "named by the accession number, or choose another way of grouping.",
)


def open_batch(session: Session, *, new: NewBatch, idempotency_key: str | None = None) -> BatchDetail:
    """Open a batch. The same idempotency key gives the same batch again, so that a lost answer makes no second one.

    Raises:
        InvalidInput: The manifest, the rule or the idempotency key cannot be used.
    """
    if idempotency_key is not None:
        check_idempotency_key(idempotency_key)
    if new.rule.by == "one":
        checked_sample(new.rule.accession_number or "")
    rows = [] if new.manifest is None else read_manifest(new.manifest, usable_profiles(session))
    record = BatchRecord(
        name=new.name,
        rule=new.rule.model_dump(mode="json"),
        manifest=stored_rows(rows),
        idempotency_key=idempotency_key,
    )
    batch, is_new = batches.add_batch(session, record)
    if is_new:
        record_event(
            session, AuditAction.BATCH_CREATED, subject_kind="batch", subject_id=batch.id, new={"name": new.name}
        )
    return batch_detail(session, batch_id=batch.id)


def preview_grouping(session: Session, question: GroupingQuestion) -> Grouping:
    """How files would be grouped, and what the manifest tells of their samples, without opening a batch.

    Raises:
        InvalidInput: The manifest cannot be used.
    """
    profiles = usable_profiles(session)
    rows = [] if question.manifest is None else read_manifest(question.manifest, profiles)
    grouping = group_files(list(question.paths), question.rule, rows)
    return grouping.model_copy(update={"samples": described_samples(rows, profiles)})


def announce_files(
    session: Session, settings: Settings, *, batch_id: int, files: Sequence[AnnouncedFile]
) -> list[BatchFile]:
    """Note the files that will be sent, in order; each gets its number, or the reason why it is refused.

    A file that is announced again is the same file.

    Raises:
        BatchNotFound: There is no such batch.
        BatchClosed: The batch is complete or was given up.
        TooManyFiles: The batch would have more files than a batch may have; none was added.
        TooManySamples: The same for its samples.
        InvalidInput: An accession number cannot be used.
    """
    batch = open_batch_record(session, batch_id)
    rule, manifest = grouping_of(batch)
    grouping = group_files([file.path for file in files], rule, manifest)
    groups = Groups(session, batch_id)
    announced = [
        _announce(session, settings, groups, file, grouped) for file, grouped in zip(files, grouping.files, strict=True)
    ]
    number = batch_files.count_announced(session, batch_id)
    if number > settings.max_files_per_batch:
        raise TooManyFiles(number, settings.max_files_per_batch)
    check_samples(session, settings, batch_id)
    batches.note_activity(session, batch_id)
    return shown_files(session, batch_id=batch_id, file_ids=announced)


def complete_batch(session: Session, *, batch_id: int, leave_out_missing: bool) -> BatchDetail:
    """Take the sender's word that everything was sent; a second time changes nothing.

    Raises:
        BatchNotFound: There is no such batch.
        BatchIncomplete: Announced files have not arrived, and they are not to be left out.
    """
    # Closed first: what is announced at the same moment then waits for this transaction and is refused.
    batches.get_batch(session, batch_id)
    batches.close_batch(session, batch_id)
    missing = batch_files.list_awaited(session, batch_id)
    if missing and not leave_out_missing:
        raise BatchIncomplete(batch_id, len(missing))
    for file_id in missing:
        batch_files.move_on(
            session,
            file_id,
            from_status=BatchFileStatus.AWAITED,
            to_status=BatchFileStatus.ABANDONED,
            reason=Notice("left_out", "The file never arrived as a whole and was left out; send it in a new batch."),
        )
    return batch_detail(session, batch_id=batch_id)


def open_batch_record(session: Session, batch_id: int) -> BatchRecord:
    """The batch, to which files can still be added.

    Raises:
        BatchNotFound: There is no such batch.
        BatchClosed: The batch is complete or was given up.
    """
    batch = batches.get_batch(session, batch_id)
    if batch.completed_at is not None:
        raise BatchClosed(batch_id)
    return batch


def grouping_of(batch: BatchRecord) -> tuple[GroupingRule, list[ManifestRow]]:
    """How the files of a batch are grouped."""
    return GroupingRule.model_validate(batch.rule), [ManifestRow.model_validate(row) for row in batch.manifest]


def stored_rows(rows: Sequence[ManifestRow]) -> list[dict[str, Any]]:
    """The rows of a manifest as a batch keeps them: without what they leave out, since there may be thousands."""
    return [row.model_dump(mode="json", exclude_none=True) for row in rows]


class Groups:
    """The groups of a batch, made as files ask for them."""

    def __init__(self, session: Session, batch_id: int) -> None:
        self.batch_id = batch_id
        self._session = session
        self._known: dict[str, int] = {}

    def claim(self, accession_number: str | None, note: str | None) -> int | Notice:
        """The number of the group for an accession number, or why there can be none."""
        if accession_number is None:
            return NO_SAMPLE
        if accession_number not in self._known:
            try:
                sample = checked_sample(accession_number, note)
            except InvalidInput as error:
                return Notice("invalid_accession_number", f"{accession_number[:80]!r} cannot be used. {error.message}")
            self._known[accession_number] = batches.claim_sample(
                self._session,
                batch_id=self.batch_id,
                accession_number=sample.accession_number,
                note=sample.note,
            )
        return self._known[accession_number]


def checked_sample(accession_number: str, note: str | None = None) -> NewSample:
    """The accession number and note as samples keep them.

    Raises:
        InvalidInput: One of them cannot be used; the message says why.
    """
    try:
        return NewSample(accession_number=accession_number, note=note)
    except ValidationError as error:
        message = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise InvalidInput("accession_number", message) from error


def check_samples(session: Session, settings: Settings, batch_id: int) -> None:
    """Pass a batch with so many samples.

    Raises:
        TooManySamples: It has more than a batch may have.
    """
    if batches.count_groups(session, batch_id) > settings.max_samples_per_batch:
        raise TooManySamples(settings.max_samples_per_batch)


def _announce(session: Session, settings: Settings, groups: Groups, file: AnnouncedFile, grouped: GroupedFile) -> int:
    """The number of the file's row, made now unless the file was announced before."""
    refusal = _size_refusal(settings, file)
    group_id = None
    if refusal is None and not is_archive(file.path):
        group = groups.claim(file.accession_number or grouped.accession_number, file.note or grouped.note)
        group_id, refusal = (None, group) if isinstance(group, Notice) else (group, None)
    record = BatchFileRecord(
        batch_id=groups.batch_id,
        path=file.path,
        byte_size=file.byte_size,
        batch_sample_id=group_id,
        status=BatchFileStatus.REFUSED if refusal else BatchFileStatus.AWAITED,
        reason_code=refusal.code if refusal else None,
        reason_message=refusal.message if refusal else None,
    )
    new_id = batch_files.add_file(session, record)
    if new_id is not None:
        return new_id
    known = batch_files.get_file_by_path(session, batch_id=groups.batch_id, path=file.path)
    if known.byte_size != file.byte_size and not batch_files.resize(session, known.id, byte_size=file.byte_size):
        raise InvalidInput(
            "files",
            f"{file.path!r} was announced with {known.byte_size:,} bytes and has {file.byte_size:,} now; a file that "
            "changed is sent under another name or in a new batch.",
        )
    return known.id


def _size_refusal(settings: Settings, file: AnnouncedFile) -> Notice | None:
    try:
        if is_archive(file.path):
            check_archive_size(file.byte_size, settings)
        else:
            ImageLimits(max_file_bytes=settings.max_file_bytes).check_file_size(file.byte_size)
    except (ImageRefused, ArchiveRejected) as refusal:
        return Notice(refusal.code, refusal.message)
    return None
