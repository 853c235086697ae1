"""Taking in the files of a batch: parts of files as they arrive, and whole images, each exactly once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.batch_errors import FileNotAwaited, UploadOffsetMismatch
from app.db.records import BatchFileRecord, FieldImageRecord
from app.db.repositories import batch_files, batches, images, samples, upload_parts
from app.db.session import UnitOfWorkFactory
from app.errors import DuplicateImage
from app.report_errors import SampleSigned
from app.schemas.audit import AuditAction
from app.schemas.batches import BatchFile, BatchFileStatus
from app.schemas.uploads import CountPriority
from app.services.audit import record_event
from app.services.images.decoding.reader import image_reader
from app.services.intake.batch_progress import shown_file
from app.services.intake.batches import open_batch_record
from app.services.intake.file_names import display_name
from app.services.intake.grouping import is_archive
from app.services.intake.joined_parts import open_joined
from app.services.intake.manifest_details import sample_details
from app.services.intake.receiving import Received, Receiver
from app.services.privacy.erasing import confirm_stored
from app.services.queue.job_queue import JobQueue
from app.services.reports.signed_state import require_unsigned
from app.settings import Settings
from app.storage import ImageStore, IncomingImage
from model.preprocessing import ImageInspection, ImageLimits, ImageRefused
from model.types import Notice


@dataclass(frozen=True, slots=True)
class BatchIntake:
    """Where the files of batches go."""

    unit_of_work: UnitOfWorkFactory
    store: ImageStore
    jobs: JobQueue
    settings: Settings

    @property
    def limits(self) -> ImageLimits:
        """What an image must keep to here."""
        return image_reader(self.settings).limits

    def missing_bytes(self, *, batch_id: int, file_id: int, offset: int) -> int:
        """How many bytes of a file have not arrived, for a part that begins at ``offset``.

        Raises:
            BatchNotFound: There is no such batch.
            BatchClosed: The batch is complete or was given up.
            BatchFileNotFound: The batch has no such file.
            FileNotAwaited: The file is finished, or came inside a ZIP file.
            UploadOffsetMismatch: The file has arrived up to another place.
        """
        with self.unit_of_work() as session:
            open_batch_record(session, batch_id)
            file = _awaited_file(session, batch_id, file_id, offset)
            return file.byte_size - file.received_bytes

    def take_part(
        self, *, batch_id: int, file_id: int, offset: int, incoming: IncomingImage, received: Received
    ) -> BatchFile:
        """Keep a part of a file; with its last part an image is checked, stored and queued, a ZIP file waits.

        Raises:
            BatchFileNotFound: The batch has no such file.
            FileNotAwaited: The file was finished by another request meanwhile.
            UploadOffsetMismatch: Another request brought the same bytes meanwhile.
            StorageFull: There is no room; what had arrived before stays.
        """
        with self.unit_of_work() as session:
            file = _awaited_file(session, batch_id, file_id, offset)
        is_whole = offset + received.byte_size == file.byte_size
        if is_whole and not is_archive(file.path):
            if offset == 0:
                self.accept(file, incoming, received)
            else:
                self._accept_joined(file, incoming)
        elif received.byte_size:
            self._keep_part(file, incoming, received)
        with self.unit_of_work() as session:
            batches.note_activity(session, batch_id)
            return shown_file(session, batch_id=batch_id, file_id=file_id)

    def accept(self, file: BatchFileRecord, incoming: IncomingImage, received: Received) -> None:
        """Check, store and queue an awaited file; a file that is no image is refused. Twice is the same as once.

        Raises:
            StorageFull: There is no room; the file stays awaited.
        """
        try:
            inspection = image_reader(self.settings).inspect(incoming.file)
        except ImageRefused as refusal:
            self.refuse(file.id, Notice(refusal.code, refusal.message))
            return
        # On disk before the row says so; the row, the sample and the job are one transaction.
        storage_key = incoming.keep(received.sha256)
        with self.unit_of_work() as session:
            is_first = batch_files.move_on(
                session, file.id, from_status=BatchFileStatus.AWAITED, to_status=BatchFileStatus.ACCEPTED
            )
            if is_first:
                self._add_image(session, file, storage_key, received, inspection)

    def refuse(self, file_id: int, reason: Notice, *, status: BatchFileStatus = BatchFileStatus.REFUSED) -> None:
        """Close an awaited file with the reason why it is not counted."""
        with self.unit_of_work() as session:
            batch_files.move_on(session, file_id, from_status=BatchFileStatus.AWAITED, to_status=status, reason=reason)

    def delete_parts(self, file_id: int) -> None:
        """Delete what is kept of a file that is finished; parts left behind by a crash are swept later."""
        with self.unit_of_work() as session:
            keys = [part.storage_key for part in upload_parts.list_parts(session, file_id)]
            upload_parts.forget_parts(session, file_id)
        for key in keys:
            self.store.delete_part(key)

    def _keep_part(self, file: BatchFileRecord, incoming: IncomingImage, received: Received) -> None:
        key = incoming.keep_part()
        arrived = file.received_bytes + received.byte_size
        with self._part_deleted_on_failure(key), self.unit_of_work() as session:
            is_first = batch_files.advance(session, file.id, from_bytes=file.received_bytes, to_bytes=arrived)
            if not is_first:
                raise UploadOffsetMismatch(file.received_bytes, arrived)
            upload_parts.add_part(
                session,
                file_id=file.id,
                offset_bytes=file.received_bytes,
                byte_size=received.byte_size,
                storage_key=key,
            )
            if arrived == file.byte_size:
                batch_files.move_on(
                    session, file.id, from_status=BatchFileStatus.AWAITED, to_status=BatchFileStatus.UNPACKING
                )

    def _accept_joined(self, file: BatchFileRecord, last: IncomingImage) -> None:
        """Put an image together from its parts and the last one, and take it in."""
        with self.unit_of_work() as session:
            parts = upload_parts.list_parts(session, file.id)
        last.file.seek(0)
        with self.store.receive() as whole, open_joined(self.store, parts) as first:
            receiver = Receiver(whole.file)
            receiver.take(first)
            receiver.take(last.file)
            self.accept(file, whole, receiver.received)
        self.delete_parts(file.id)

    def _add_image(
        self,
        session: Session,
        file: BatchFileRecord,
        storage_key: str,
        received: Received,
        inspection: ImageInspection,
    ) -> None:
        name = display_name(file.path)
        sample_id = _sample_of(session, file)
        try:
            require_unsigned(session, sample_id)
        except SampleSigned as refusal:
            reason = Notice(refusal.code, refusal.message)
            self._close_accepted(session, file.id, BatchFileStatus.REFUSED, reason)
            return
        record = FieldImageRecord(
            sample_id=sample_id,
            sha256=received.sha256,
            storage_key=storage_key,
            file_name=name,
            byte_size=received.byte_size,
            format=inspection.format,
            width=inspection.size.width,
            height=inspection.size.height,
            priority=CountPriority.BATCH,
        )
        image_id = images.add_image(session, record)
        if image_id is None:
            self._note_equal(session, file.id, sample_id, name, received.sha256)
            return
        confirm_stored(session, self.store, storage_key)
        batch_files.set_image(session, file.id, image_id)
        self.jobs.enqueue_count(session, image_id, CountPriority.BATCH)
        new = {"sample_id": sample_id, "sha256": received.sha256, "batch_id": file.batch_id}
        record_event(session, AuditAction.IMAGE_UPLOADED, subject_kind="image", subject_id=image_id, new=new)

    def _note_equal(self, session: Session, file_id: int, sample_id: int, name: str, sha256: str) -> None:
        """The sample has this very image: it is counted once, and tried again where it had failed or was cancelled."""
        equal = images.find_equal_image(session, sample_id=sample_id, sha256=sha256)
        if equal is None:
            raise RuntimeError(f"image {sha256} is neither in sample {sample_id} nor new to it")
        job_round = images.start_new_round(session, equal.id, from_statuses=images.RETRIABLE, forget_attempts=True)
        if job_round is not None:
            batch_files.set_image(session, file_id, equal.id)
            self.jobs.enqueue_count(session, equal.id, CountPriority.BATCH, job_round=job_round)
            return
        duplicate = DuplicateImage(name, equal_file_name=equal.file_name)
        reason = Notice(duplicate.code, duplicate.message)
        self._close_accepted(session, file_id, BatchFileStatus.SKIPPED, reason, image_id=equal.id)

    def _close_accepted(
        self, session: Session, file_id: int, status: BatchFileStatus, reason: Notice, *, image_id: int | None = None
    ) -> None:
        batch_files.move_on(
            session,
            file_id,
            from_status=BatchFileStatus.ACCEPTED,
            to_status=status,
            reason=reason,
            image_id=image_id,
        )

    @contextmanager
    def _part_deleted_on_failure(self, key: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.store.delete_part(key)
            raise


def _awaited_file(session: Session, batch_id: int, file_id: int, offset: int) -> BatchFileRecord:
    file = batch_files.get_file(session, batch_id=batch_id, file_id=file_id)
    if file.status is not BatchFileStatus.AWAITED or file.archive_id is not None:
        raise FileNotAwaited(file.path, "part of a ZIP file" if file.archive_id else file.status.value)
    if offset != file.received_bytes:
        raise UploadOffsetMismatch(offset, file.received_bytes)
    return file


def _sample_of(session: Session, file: BatchFileRecord) -> int:
    """The sample of a file's group: registered now, or the one that has this accession number already."""
    if file.batch_sample_id is None:
        raise RuntimeError(f"file {file.id} belongs to no sample and should have been refused")
    group = batches.get_group(session, file.batch_sample_id)
    if group.sample_id is not None:
        return group.sample_id
    details = sample_details(batches.get_batch(session, file.batch_id).manifest, group.accession_number)
    new = samples.add_sample(session, accession_number=group.accession_number, note=group.note, details=details)
    if new is not None:
        told = details.model_dump(mode="json", exclude_none=True) if details else {}
        created = {"accession_number": new.accession_number} | told
        record_event(session, AuditAction.SAMPLE_CREATED, subject_kind="sample", subject_id=new.id, new=created)
    sample = new or samples.get_sample_by_accession(session, group.accession_number)
    batches.set_sample(session, group.id, sample.id)
    return sample.id
