"""Uploads: take in image files, each on its own, so that one bad file never stops the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.db.records import FieldImageRecord
from app.db.repositories import images, samples
from app.db.session import UnitOfWorkFactory
from app.errors import BloodcountError, DuplicateImage, ImageRejected, InvalidInput, StorageFull, TooManyFiles
from app.report_errors import SampleSigned
from app.schemas.audit import AuditAction
from app.schemas.base import ErrorBody
from app.schemas.uploads import CountPriority, IncomingFile, UploadOutcome
from app.services.audit import record_event
from app.services.images.decoding.reader import ImageReader, image_reader
from app.services.intake.file_names import display_name
from app.services.intake.receiving import receive_bytes
from app.services.intake.repeated_uploads import RepeatedUpload, open_upload, upload_fingerprint
from app.services.privacy.erasing import confirm_stored
from app.services.queue.job_queue import JobQueue
from app.services.reports.signed_state import refuse_signed, require_unsigned
from app.settings import Settings
from app.storage import ImageStore, IncomingImage
from model.preprocessing import ImageRefused

_PASSING = frozenset({StorageFull.code, SampleSigned.code})
"""Refusals that may be over when the same upload is sent again."""


def accept_images(
    unit_of_work: UnitOfWorkFactory,
    store: ImageStore,
    jobs: JobQueue,
    settings: Settings,
    *,
    sample_id: int,
    files: Iterable[IncomingFile],
    idempotency_key: str | None = None,
    priority: CountPriority = CountPriority.INTERACTIVE,
) -> list[UploadOutcome]:
    """Take in the files of one upload, in order, and say for each what became of it.

    With an idempotency key the same upload may be sent again after a lost answer: it gets the same
    answer and adds nothing. The streams must be seekable then (a form's files are).

    Raises:
        SampleNotFound: There is no such sample.
        InvalidInput: There is no file, or the idempotency key is empty, too long or unprintable.
        TooManyFiles: More files than one upload may have; none of them was stored.
        IdempotencyKeyReused: The key was used for other files of this sample.
        SampleSigned: The sample is signed, and no correction of it is open.
        StorageFull: There was no room for any of the files.
    """
    incoming = list(files)
    if not incoming:
        raise InvalidInput("files", "No file was chosen; choose at least one photograph of the smear.")
    if len(incoming) > settings.max_files_per_upload:
        raise TooManyFiles(len(incoming), settings.max_files_per_upload)
    reader = image_reader(settings)
    # Before the transaction: hashing gigabytes must not hold one open.
    fingerprint = None if idempotency_key is None else upload_fingerprint(incoming, reader.limits)
    with unit_of_work() as session:
        samples.get_sample(session, sample_id)
        upload = None
        if idempotency_key is not None and fingerprint is not None:
            upload = open_upload(session, sample_id=sample_id, key=idempotency_key, fingerprint=fingerprint)
    if upload is not None and upload.answer is not None:
        return upload.answer
    with unit_of_work() as session:
        refuse_signed(session, sample_id)
    intake = _Intake(unit_of_work, store, jobs, reader, sample_id, priority, upload)
    outcomes = [_accept_or_explain(intake, file) for file in incoming]
    _finish(unit_of_work, upload, outcomes)
    return outcomes


def _accept_or_explain(intake: "_Intake", file: IncomingFile) -> UploadOutcome:
    try:
        return intake.accept(file)
    except (StorageFull, SampleSigned) as error:
        return _refusal(display_name(file.file_name), error)


def _finish(unit_of_work: UnitOfWorkFactory, upload: RepeatedUpload | None, outcomes: list[UploadOutcome]) -> None:
    """Keep the answer for a repetition, unless what shaped it, such as a lack of room, may be over by then.

    Raises:
        StorageFull: There was no room for any of the files.
    """
    without_room = [outcome.error is not None and outcome.error.code == StorageFull.code for outcome in outcomes]
    if all(without_room):
        raise StorageFull
    is_lasting = not any(outcome.error is not None and outcome.error.code in _PASSING for outcome in outcomes)
    if upload is not None and is_lasting:
        with unit_of_work() as session:
            upload.keep_answer(session, outcomes)


@dataclass(frozen=True, slots=True)
class _Intake:
    """Where the files of one upload go."""

    unit_of_work: UnitOfWorkFactory
    store: ImageStore
    jobs: JobQueue
    reader: ImageReader
    sample_id: int
    priority: CountPriority
    upload: RepeatedUpload | None = None

    def accept(self, file: IncomingFile) -> UploadOutcome:
        """Take in one file; a file that is no image or is there already gets an outcome with the reason."""
        name = display_name(file.file_name)
        try:
            with self.store.receive() as incoming:
                return self._accept_received(name, file.stream, incoming)
        except ImageRejected as error:
            return _refusal(name, error)

    def _accept_received(self, name: str, stream: BinaryIO, incoming: IncomingImage) -> UploadOutcome:
        received = receive_bytes(stream, incoming.file, self.reader.limits)
        with self.unit_of_work() as session:
            equal = images.find_equal_image(session, sample_id=self.sample_id, sha256=received.sha256)
            if equal is not None:
                return self._answer_for_equal(session, name, equal)
        try:
            inspection = self.reader.inspect(incoming.file)
        except ImageRefused as refusal:
            raise ImageRejected(refusal.code, refusal.message) from refusal
        record = FieldImageRecord(
            sample_id=self.sample_id,
            sha256=received.sha256,
            storage_key=incoming.keep(received.sha256),
            file_name=name,
            byte_size=received.byte_size,
            format=inspection.format,
            width=inspection.size.width,
            height=inspection.size.height,
            idempotency_key_id=self.upload.key_id if self.upload else None,
            priority=self.priority,
        )
        with self.unit_of_work() as session:
            require_unsigned(session, self.sample_id)  # signed since the upload began
            return self._add(session, record)

    def _add(self, session: Session, record: FieldImageRecord) -> UploadOutcome:
        image_id = images.add_image(session, record)
        if image_id is None:
            # The same file came in on another connection at the same moment and was a little faster.
            equal = images.find_equal_image(session, sample_id=self.sample_id, sha256=record.sha256)
            if equal is None:
                raise RuntimeError(f"image {record.sha256} is neither in sample {self.sample_id} nor new to it")
            return self._answer_for_equal(session, record.file_name, equal)
        confirm_stored(session, self.store, record.storage_key)
        self.jobs.enqueue_count(session, image_id, self.priority)
        new = {"sample_id": self.sample_id, "sha256": record.sha256}
        record_event(session, AuditAction.IMAGE_UPLOADED, subject_kind="image", subject_id=image_id, new=new)
        if self.upload:
            self.upload.accepted.add(image_id)
        return UploadOutcome(file_name=record.file_name, image_id=image_id)

    def _answer_for_equal(self, session: Session, name: str, equal: FieldImageRecord) -> UploadOutcome:
        if self.upload and self.upload.was_interrupted_after(equal):
            self.upload.accepted.add(equal.id)
            return UploadOutcome(file_name=name, image_id=equal.id)
        require_unsigned(session, self.sample_id)
        job_round = images.start_new_round(session, equal.id, from_statuses=images.RETRIABLE, forget_attempts=True)
        if job_round is not None:
            self.jobs.enqueue_count(session, equal.id, self.priority, job_round=job_round)
            return UploadOutcome(file_name=name, image_id=equal.id)
        error = DuplicateImage(name, equal_file_name=equal.file_name)
        return UploadOutcome(file_name=name, error=_body(error), is_duplicate=True, duplicate_of=equal.id)


def _refusal(name: str, error: BloodcountError) -> UploadOutcome:
    return UploadOutcome(file_name=name, error=_body(error))


def _body(error: BloodcountError) -> ErrorBody:
    return ErrorBody(code=error.code, message=error.message)
