"""Uploads: take in image files, each on its own, so that one bad file never stops the others."""

from collections.abc import Iterable
from typing import BinaryIO

from app.db.session import UnitOfWorkFactory
from app.schemas.uploads import CountPriority, IncomingFile, UploadOutcome
from app.services.job_queue import JobQueue
from app.settings import Settings
from app.storage import ImageStore


def accept_image(
    unit_of_work: UnitOfWorkFactory,
    store: ImageStore,
    jobs: JobQueue,
    settings: Settings,
    *,
    sample_id: int,
    file_name: str,
    stream: BinaryIO,
    priority: CountPriority = CountPriority.INTERACTIVE,
) -> UploadOutcome:
    """Check, store and queue one image; an outcome without error promises that it will be counted.

    The stream is read once, in chunks. The image is on disk (flushed) before its row and its job
    are committed together; a refused file leaves nothing behind.

    Raises:
        SampleNotFound: There is no such sample.
        StorageFull: The image store has no room left.
    """
    raise NotImplementedError


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
        TooManyFiles: More files than one upload may have.
        IdempotencyKeyReused: The key was used for other files of this sample.
        StorageFull: The image store had no room for any of the files.
    """
    raise NotImplementedError
