"""The files of a multipart form on their way to the services, and the answer about them."""

from collections.abc import Sequence

import structlog
from fastapi import UploadFile

from app.errors import InvalidInput, TooManyFiles
from app.schemas.base import Schema
from app.schemas.uploads import CountPriority, IncomingFile, UploadOutcome
from app.services.intake.uploads import accept_images
from app.settings import Settings
from app.web.context import AppContext

_NAMELESS = "unnamed"
_log = structlog.get_logger("bloodcount.uploads")


class UploadReport(Schema):
    """What became of an upload, one entry a file in the order they were sent."""

    files: tuple[UploadOutcome, ...]


def chosen_files(files: Sequence[UploadFile] | None, settings: Settings) -> list[IncomingFile]:
    """The files that were really chosen: a browser sends an empty one without a name where nothing was.

    Raises:
        TooManyFiles: There are more than one upload may have.
    """
    chosen = [IncomingFile(file.filename or _NAMELESS, file.file) for file in files or () if file.filename or file.size]
    if len(chosen) > settings.max_files_per_upload:
        raise TooManyFiles(len(chosen), settings.max_files_per_upload)
    return chosen


def require_files(files: Sequence[UploadFile] | None, settings: Settings) -> list[IncomingFile]:
    """The chosen files, at least one.

    Raises:
        InvalidInput: There is none.
        TooManyFiles: There are more than one upload may have.
    """
    chosen = chosen_files(files, settings)
    if not chosen:
        raise InvalidInput("files", "No image was chosen. Choose at least one photograph of the smear.")
    return chosen


def take_in(
    context: AppContext,
    *,
    sample_id: int,
    files: Sequence[IncomingFile],
    priority: CountPriority,
    idempotency_key: str | None = None,
) -> UploadReport:
    """Store and queue the files of one upload.

    Raises:
        BloodcountError: The upload as a whole is refused, for one of the reasons that ``accept_images`` gives.
    """
    outcomes = accept_images(
        context.database.unit_of_work,
        context.store,
        context.engine,
        context.settings,
        sample_id=sample_id,
        files=files,
        idempotency_key=idempotency_key,
        priority=priority,
    )
    for outcome in outcomes:
        context.metrics.note_file(outcome)
        if outcome.image_id is not None:
            # Joined with the job's lines by the image's number; a file's name may be a patient's.
            _log.info("image_accepted", sample_id=sample_id, image_id=outcome.image_id, priority=priority.name.lower())
    return UploadReport(files=tuple(outcomes))
