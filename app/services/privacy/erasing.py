"""Erasing photographs and samples for good, each in one transaction with its entry in the audit trail.

A stored file may stand for images of several samples, and the same bytes may be uploaded while they are erased. So a
file goes only where no image needs it, under a lock on its content that uploads take too: an upload then finds that
its file is gone and says so, before it promises anything.
"""

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import FieldImageRecord
from app.db.repositories import erasing, images, samples, signed_reports
from app.protection_errors import ContentErased, ErasureRefused
from app.schemas.audit import AuditAction
from app.schemas.samples import UNFINISHED
from app.services.audit import record_event
from app.services.quality.golden_fields import withdraw_golden
from app.storage import ImageStore


def confirm_stored(session: Session, store: ImageStore, storage_key: str) -> None:
    """Make sure, once an image's row is written, that nobody erased the same content a moment before.

    Raises:
        ContentErased: Somebody did; nothing was promised yet, and the upload can be sent again.
    """
    erasing.lock_content(session, storage_key)
    if not store.has_image(storage_key):
        raise ContentErased


def erase_photograph(session: Session, store: ImageStore, *, image_id: int, reason: str) -> None:
    """Erase the file of a finished image and what was cut from it; its result, and its corrections, stay.

    Without its photograph it judges no weights any more.

    Raises:
        ImageNotFound: There is no such image.
        ErasureRefused: It is not counted yet.
    """
    image = images.get_image(session, image_id)
    if image.status in UNFINISHED:
        raise ErasureRefused(f"image number {image_id} is {image.status}; wait for it, or cancel it first")
    withdraw_golden(session, image_id=image_id)
    reference_cells = erasing.delete_reference_cells(session, image_id)
    _erase_file(session, store, image)
    about = {"sample_id": image.sample_id, "sha256": image.sha256, "reference_cells": reference_cells}
    record_event(
        session, AuditAction.PHOTOGRAPH_ERASED, subject_kind="image", subject_id=image_id, old=about, reason=reason
    )


def erase_sample(session: Session, store: ImageStore, *, sample_id: int, reason: str) -> int:
    """Erase a sample with its photographs, results and corrections, and return how many photographs that were.

    Raises:
        SampleNotFound: There is no such sample.
        ErasureRefused: It was signed, or an image of it is not counted yet.
    """
    signed_reports.hold_sample(session, sample_id)
    sample = samples.get_sample(session, sample_id)
    if erasing.has_reports(session, sample_id):
        raise ErasureRefused(f"sample number {sample_id} was signed, and signed reports are kept")
    if set(UNFINISHED) & set(samples.image_status_counts(session, [sample_id]).get(sample_id, {})):
        raise ErasureRefused(f"sample number {sample_id} has images that are not counted; wait, or cancel them first")
    stored = list(erasing.list_stored(session, sample_id))
    for image in stored:
        _erase_file(session, store, image)
    erasing.delete_sample(session, sample)
    about = {"photographs": len(stored)}
    record_event(
        session, AuditAction.SAMPLE_ERASED, subject_kind="sample", subject_id=sample_id, old=about, reason=reason
    )
    return len(stored)


def _erase_file(session: Session, store: ImageStore, image: FieldImageRecord) -> None:
    image.erased_at = utc_now()
    session.flush()
    erasing.lock_content(session, image.storage_key)
    if not erasing.is_needed(session, image.storage_key):
        store.delete_image(image.storage_key)
