"""What batches refuse to do, a branch of the tree in ``app/errors.py``.

::

    NotFound                            404
    ├── BatchNotFound                        batch_not_found
    └── BatchFileNotFound                    batch_file_not_found
    Conflict                            409
    ├── BatchClosed                          batch_closed
    ├── BatchIncomplete                      batch_incomplete
    ├── FileNotAwaited                       file_not_awaited
    └── UploadOffsetMismatch                 upload_offset_mismatch
    BloodcountError
    ├── ArchiveRejected                 415  archive_rejected, or the code of the ZIP file's refusal
    ├── UploadPartUnreadable            415  upload_part_unreadable
    └── TooManySamples                  413  too_many_samples
"""

from app.errors import BloodcountError, Conflict, NotFound


class BatchNotFound(NotFound):
    """No batch has this number."""

    code = "batch_not_found"

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"There is no batch number {batch_id}; look for it in the list of batches.")


class BatchFileNotFound(NotFound):
    """The batch has no file with this number."""

    code = "batch_file_not_found"

    def __init__(self, batch_id: int, file_id: int) -> None:
        super().__init__(f"Batch number {batch_id} has no file number {file_id}; announce the file before it is sent.")


class BatchClosed(Conflict):
    """The batch is complete or was given up, so nothing can be added to it."""

    code = "batch_closed"

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"Batch number {batch_id} is closed, so no file can be added; send a new batch.")


class BatchIncomplete(Conflict):
    """Files that were announced have not arrived, so the batch is not complete."""

    code = "batch_incomplete"

    def __init__(self, batch_id: int, missing: int) -> None:
        super().__init__(
            f"Of batch number {batch_id}, {missing:,} announced files have not arrived; send them, or complete the "
            "batch with leave_out_missing."
        )


class FileNotAwaited(Conflict):
    """A part came for a file that is finished already, or that came inside a ZIP file."""

    code = "file_not_awaited"

    def __init__(self, path: str, status: str) -> None:
        super().__init__(f"No part of {path!r} is awaited: it is {status}. Go on with the next file.")


class UploadOffsetMismatch(Conflict):
    """A part begins at another place than the one up to which the file has arrived."""

    code = "upload_offset_mismatch"

    def __init__(self, offset: int, arrived: int) -> None:
        super().__init__(
            f"The part begins at byte {offset:,}, but the file has arrived up to byte {arrived:,}; go on from there."
        )


class ArchiveRejected(BloodcountError):
    """A ZIP file that is not unpacked; its own ``code`` says why."""

    code = "archive_rejected"
    http_status = 415

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class UploadPartUnreadable(BloodcountError):
    """A part of a file is not sent in the way that the tus protocol, version 1.0.0, asks for."""

    code = "upload_part_unreadable"
    http_status = 415

    def __init__(self, header: str, wanted: str) -> None:
        super().__init__(f"The header {header} of this part is missing or not usable; send {wanted}.")


class TooManySamples(BloodcountError):
    """A batch would be grouped into more samples than a batch may have."""

    code = "too_many_samples"
    http_status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This batch would have more than {limit:,} samples, which is the limit; change how its files are grouped, "
            "or send them in several batches."
        )
