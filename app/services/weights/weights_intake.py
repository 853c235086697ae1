"""Taking weights in: told apart by name and first bytes, kept in quarantine, opened by nobody here."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.db.records import WeightsReleaseRecord
from app.db.repositories import weights
from app.db.session import UnitOfWorkFactory
from app.schemas.audit import AuditAction
from app.services.accounts.acting import current_actor
from app.services.audit import record_event
from app.services.intake.file_names import display_name
from app.services.weights.foreign_weights import SNIFFED_BYTES, refuse_foreign_content, refuse_foreign_name
from app.storage import ImageStore
from app.storage.local_store import full_disk_told
from app.weights_errors import ReleaseKnown, WeightsRejected

MAX_WEIGHTS_BYTES = 200_000_000
MAX_MANIFEST_BYTES = 4_000_000
_CHUNK_BYTES = 1024 * 1024


def add_release(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, *, file_name: str, content: BinaryIO, manifest: BinaryIO
) -> int:
    """Put a weights file and its manifest into quarantine and return the release's number.

    A process that counts checks and evaluates it; until then nothing of it is believed, or used.

    Raises:
        WeightsRejected: It is no safetensors file, or either file is too large or empty.
        ReleaseKnown: The same weights are here already.
        StorageFull: The store has no room left.
    """
    try:
        refuse_foreign_name(file_name)
        text = _manifest_text(manifest)
        with store.receive() as incoming:
            sha256, byte_size = _receive(content, incoming.file)
            with unit_of_work() as session:
                _refuse_known(session, sha256)
            key = incoming.keep_part()
    except WeightsRejected as refusal:
        with unit_of_work() as session:
            new = {"file": display_name(file_name), "code": refusal.code}
            record_event(session, AuditAction.WEIGHTS_REJECTED, subject_kind="weights", new=new, reason=str(refusal))
        raise
    with unit_of_work() as session:
        release = WeightsReleaseRecord(
            file_name=display_name(file_name),
            sha256=sha256,
            byte_size=byte_size,
            storage_key=key,
            manifest_json=text,
            uploaded_by=current_actor().name,
        )
        session.add(release)
        session.flush()
        added = {"file": release.file_name, "sha256": sha256, "bytes": byte_size}
        record_event(session, AuditAction.WEIGHTS_ADDED, subject_kind="weights", subject_id=release.id, new=added)
        return release.id


def _refuse_known(session: Session, sha256: str) -> None:
    known = weights.find_usable(session, sha256)
    if known is not None:
        raise ReleaseKnown(known.id)


def _manifest_text(manifest: BinaryIO) -> str:
    content = manifest.read(MAX_MANIFEST_BYTES + 1)
    if not content.strip():
        raise WeightsRejected("manifest_missing", "The manifest is missing: choose the .json file of the release too.")
    if len(content) > MAX_MANIFEST_BYTES:
        raise WeightsRejected("manifest_too_large", f"The manifest is larger than {MAX_MANIFEST_BYTES / 1e6:g} MB.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WeightsRejected("manifest_invalid", "The manifest is no text in UTF-8, so it is no JSON.") from error
    if "\0" in text:
        raise WeightsRejected("manifest_invalid", "The manifest holds bytes that are no text, so it is no JSON.")
    return text


def _receive(content: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """Copy a weights file as it comes; its SHA-256 and its size."""
    digest, byte_size = hashlib.sha256(), 0
    for chunk in _chunks(content):
        if byte_size == 0:
            refuse_foreign_content(chunk[:SNIFFED_BYTES])
        byte_size += len(chunk)
        if byte_size > MAX_WEIGHTS_BYTES:
            raise WeightsRejected(
                "weights_too_large", f"The weights file is larger than the limit of {MAX_WEIGHTS_BYTES / 1e6:g} MB."
            )
        digest.update(chunk)
        with full_disk_told():
            target.write(chunk)
    if byte_size == 0:
        raise WeightsRejected("weights_empty", "The weights file is empty; send it again.")
    return digest.hexdigest(), byte_size


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    while chunk := content.read(_CHUNK_BYTES):
        yield chunk
