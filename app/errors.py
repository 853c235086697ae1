"""Everything the application refuses to do, each with a stable code, an HTTP status and a sentence for a technician.

::

    BloodcountError                     500  internal_error
    ├── NotFound                        404
    │   ├── SampleNotFound                   sample_not_found
    │   ├── ImageNotFound                    image_not_found
    │   └── StoredImageMissing               stored_image_missing
    ├── Conflict                        409
    │   ├── AccessionNumberTaken             accession_number_taken
    │   ├── DuplicateImage                   duplicate_image
    │   ├── ResultNotReady                   result_not_ready
    │   ├── ImageNotChangeable               image_not_changeable
    │   └── IdempotencyKeyReused             idempotency_key_reused
    ├── InvalidInput                    422  invalid_input
    ├── ImageRejected                   415  the code of the image's refusal (413 when the file is too large)
    ├── RequestTooLarge                 413  request_too_large
    ├── TooManyFiles                    413  too_many_files
    ├── InvalidToken                    401  invalid_token
    ├── StorageFull                     507  storage_full
    ├── CommandFailed                   500  command_failed
    ├── BackupUnusable                  500  backup_unusable
    └── Unavailable                     503
        ├── AddressUnavailable               address_unavailable
        ├── StorageUnavailable               storage_unavailable
        ├── DatabaseUnavailable              database_unavailable
        └── WeightsUnavailable               weights_unavailable

Further branches: ``access_errors``, ``admission_errors``, ``batch_errors``, ``laboratory_errors``,
``protection_errors`` and ``report_errors``.
"""


class BloodcountError(Exception):
    """Something that the application refuses or cannot do, told in one sentence.

    ``code`` is stable, for programs; ``message`` is for people and names the value, the limit and the next step.
    """

    code: str = "internal_error"
    http_status: int = 500
    retry_after_s: int | None = None
    """After how many seconds the same request may succeed; None where only another request can."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(BloodcountError):
    """What was asked for does not exist."""

    code = "not_found"
    http_status = 404


class SampleNotFound(NotFound):
    """No sample has this number."""

    code = "sample_not_found"

    def __init__(self, sample_id: int) -> None:
        super().__init__(f"There is no sample number {sample_id}; look for it in the list of samples.")


class ImageNotFound(NotFound):
    """No image has this number."""

    code = "image_not_found"

    def __init__(self, image_id: int) -> None:
        super().__init__(f"There is no image number {image_id}; open its sample from the list of samples.")


class StoredImageMissing(NotFound):
    """The database knows the image but the image store has lost its file."""

    code = "stored_image_missing"

    def __init__(self, image_id: int) -> None:
        super().__init__(
            f"The file of image number {image_id} is no longer in the image store; restore it from a backup or "
            "upload the image again."
        )


class Conflict(BloodcountError):
    """What was asked for contradicts what is already there."""

    code = "conflict"
    http_status = 409


class AccessionNumberTaken(Conflict):
    """Another sample, number ``sample_id``, has this accession number already."""

    code = "accession_number_taken"

    def __init__(self, accession_number: str, sample_id: int) -> None:
        super().__init__(
            f"A sample with the accession number {accession_number!r} exists already; "
            "open it from the list of samples or enter another number."
        )
        self.sample_id = sample_id


class DuplicateImage(Conflict):
    """The sample has this very image already, so counting it again would count its cells twice."""

    code = "duplicate_image"

    def __init__(self, file_name: str, *, equal_file_name: str) -> None:
        super().__init__(
            f"{file_name!r} is the same image as {equal_file_name!r}, which this sample has already; it was not "
            "added again, so that no cell is counted twice."
        )


class ResultNotReady(Conflict):
    """The image has no result yet, or never will have one."""

    code = "result_not_ready"

    def __init__(self, image_id: int, status: str, reason: str | None = None) -> None:
        next_step = f"it could not be counted: {reason}" if reason else f"it is {status}; ask again once it is counted."
        super().__init__(f"Image number {image_id} has no result: {next_step}")


class ImageNotChangeable(Conflict):
    """An image cannot be cancelled, retried or set aside where it stands."""

    code = "image_not_changeable"

    def __init__(self, image_id: int, action: str, why: str) -> None:
        super().__init__(f"Image number {image_id} cannot be {action}: {why}.")


class IdempotencyKeyReused(Conflict):
    """An Idempotency-Key came a second time with another upload."""

    code = "idempotency_key_reused"

    def __init__(self, key: str) -> None:
        super().__init__(f"The Idempotency-Key {key!r} was used for other files; send these files with a new key.")


class InvalidInput(BloodcountError):
    """A field of a form or of an API body holds something that it cannot hold."""

    code = "invalid_input"
    http_status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ImageRejected(BloodcountError):
    """A file that is no image this program can count; ``code`` says why, as in the result record's reason."""

    _TOO_LARGE_CODES = frozenset({"too_large_file", "too_many_pixels"})

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.http_status = 413 if code in self._TOO_LARGE_CODES else 415


class RequestTooLarge(BloodcountError):
    """An upload is larger than the server accepts in one request."""

    code = "request_too_large"
    http_status = 413

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"This upload is larger than the limit of {limit_bytes / 1e6:,.0f} MB for one upload; "
            "send the files in several smaller uploads."
        )


class TooManyFiles(BloodcountError):
    """An upload holds more files than the server accepts at once."""

    code = "too_many_files"
    http_status = 413

    def __init__(self, file_count: int, limit: int) -> None:
        super().__init__(
            f"This upload has {file_count:,} files and the limit is {limit:,}; none was stored. "
            "Send them in several uploads."
        )


class InvalidToken(BloodcountError):
    """An API call carries no token, or one that is not known."""

    code = "invalid_token"
    http_status = 401

    def __init__(self) -> None:
        super().__init__(
            "The API token is missing, not known, revoked or too old; send 'Authorization: Bearer TOKEN' with a token "
            "made by 'bloodcount token create NAME'."
        )


class StorageFull(BloodcountError):
    """The image store has no room left."""

    code = "storage_full"
    http_status = 507
    retry_after_s = 60

    def __init__(self) -> None:
        super().__init__("The image store is full, so the file was not kept; free some space and upload it again.")


class CommandFailed(BloodcountError):
    """A command of ``bloodcount`` cannot do what it was told to do; pages and API never meet this one."""

    code = "command_failed"


class BackupUnusable(BloodcountError):
    """A backup cannot be made or restored as asked; pages and API never meet this one."""

    code = "backup_unusable"


class Unavailable(BloodcountError):
    """A part that the application needs does not work at the moment."""

    code = "unavailable"
    http_status = 503


class AddressUnavailable(Unavailable):
    """The web server cannot listen where it was told to."""

    code = "address_unavailable"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The address {host} port {port} cannot be used ({reason}); stop the program that uses it or choose "
            "another with --host and --port."
        )


class StorageUnavailable(Unavailable):
    """The image store cannot be reached or written."""

    code = "storage_unavailable"


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, or its schema is not the one this version needs."""

    code = "database_unavailable"


class WeightsUnavailable(Unavailable):
    """There are no weights to count with: missing, damaged, or made for another network."""

    code = "weights_unavailable"
