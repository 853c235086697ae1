"""Uploads that are sent again after a lost answer: the same key and files get the same answer and add nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.db.records import FieldImageRecord
from app.db.repositories import idempotency_keys
from app.errors import IdempotencyKeyReused, InvalidInput
from app.schemas.uploads import IncomingFile, UploadOutcome
from app.services.intake.receiving import content_digest
from model.preprocessing import ImageLimits

MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class RepeatedUpload:
    """An upload with a key. ``answer`` is what it got the first time; None when it is new or was interrupted.

    ``accepted`` holds the images that this attempt has answered for already.
    """

    key_id: int
    answer: list[UploadOutcome] | None
    accepted: set[int] = field(default_factory=set)

    def was_interrupted_after(self, image: FieldImageRecord) -> bool:
        """Whether an earlier attempt of this very upload stored the image and was cut off before it could say so."""
        return image.idempotency_key_id == self.key_id and image.id not in self.accepted

    def keep_answer(self, session: Session, outcomes: Sequence[UploadOutcome]) -> None:
        """Keep the answer for the next repetition."""
        idempotency_keys.store_answer(session, self.key_id, [outcome.model_dump(mode="json") for outcome in outcomes])


def open_upload(session: Session, *, sample_id: int, key: str, fingerprint: str) -> RepeatedUpload:
    """The upload that a key stands for, made now unless it exists.

    Raises:
        InvalidInput: The key is empty, too long or has characters that cannot be seen.
        IdempotencyKeyReused: The key was used for other files of this sample.
    """
    check_idempotency_key(key)
    record = idempotency_keys.claim_key(session, sample_id=sample_id, key=key, fingerprint=fingerprint)
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused(key)
    answer = None if record.answer is None else [UploadOutcome.model_validate(entry) for entry in record.answer]
    return RepeatedUpload(record.id, answer)


def check_idempotency_key(key: str) -> None:
    """Pass a key that can be stored and shown.

    Raises:
        InvalidInput: It is empty, too long or has characters that cannot be seen.
    """
    if not 1 <= len(key) <= MAX_KEY_CHARACTERS or not key.isprintable():
        raise InvalidInput("Idempotency-Key", f"An Idempotency-Key has 1 to {MAX_KEY_CHARACTERS} visible characters.")


def upload_fingerprint(files: Sequence[IncomingFile], limits: ImageLimits) -> str:
    """SHA-256 over the names and contents of the files, in order; the streams are left at their start."""
    digest = hashlib.sha256()
    for file in files:
        name = file.file_name.encode("utf-8", "surrogatepass")
        digest.update(f"{len(name)}:".encode() + name + content_digest(file.stream, limits).encode())
    return digest.hexdigest()
