"""What is kept under a patient code: found, exported as a whole, and erased."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.db.records import SampleRecord
from app.db.repositories import erasing, samples, signed_reports
from app.db.repositories.erased_batches import forget_patient_in_batches, rows_of_patient
from app.db.repositories.key_parts import forget_erased_parts
from app.db.session import UnitOfWorkFactory
from app.errors import InvalidInput, SampleNotFound
from app.protection_errors import ErasureRefused, PatientNotFound
from app.schemas.erasure import KeptSample, PatientErasure, PatientSample
from app.schemas.samples import UNFINISHED
from app.services.privacy.erasing import erase_photograph, erase_sample
from app.services.privacy.retention import checked_reason
from app.storage import ImageStore

_MOST_SAMPLES = 10_000


def patient_samples(session: Session, *, patient_code: str) -> tuple[PatientSample, ...]:
    """The samples of a patient code, the oldest first; none where only the manifest of a batch names it.

    Raises:
        InvalidInput: The code is empty.
        PatientNotFound: No sample has it, and no manifest.
    """
    found = _records(session, patient_code)
    by_status = samples.image_status_counts(session, [record.id for record in found])
    return tuple(
        PatientSample(
            id=record.id,
            accession_number=record.accession_number,
            created_at=record.created_at,
            images=sum(by_status.get(record.id, {}).values()),
            waiting=sum(number for status, number in by_status.get(record.id, {}).items() if status in UNFINISHED),
            is_signed=erasing.has_reports(session, record.id),
        )
        for record in found
    )


def manifest_rows(session: Session, *, patient_code: str) -> tuple[tuple[int, dict[str, Any]], ...]:
    """The rows of batches' manifests that name a patient code, each with the number of its batch.

    Raises:
        InvalidInput: The code is empty.
    """
    return tuple(rows_of_patient(session, _cleaned(patient_code)))


def erase_patient(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, *, patient_code: str, confirmation: str, reason: str
) -> PatientErasure:
    """Erase what is kept under a patient code; of signed samples the photographs go and the signed reports stay.

    A sample that was signed, or got images to count, after the list was made stays and is told: what would go of it now
    is something else than what the person was shown. All others go.

    Raises:
        InvalidInput: The confirmation is not the code, or there is no reason.
        PatientNotFound: No sample has the code, and no manifest.
        ErasureRefused: An image is not counted yet; nothing was erased.
        StorageUnavailable: The image store does not answer; what was erased before stays erased.
    """
    reason = checked_reason(reason)
    if patient_code.strip().casefold() in reason.casefold():
        raise InvalidInput("reason", "The reason must not hold the patient code: the audit trail is never erased.")
    if confirmation.strip() != patient_code.strip():
        raise InvalidInput("confirmation", "Type the patient code again, just as above; nothing was erased.")
    with unit_of_work() as session:
        found = patient_samples(session, patient_code=patient_code)
    if waiting := [sample.id for sample in found if sample.waiting]:
        raise ErasureRefused(f"sample number {waiting[0]} has images that are not counted; wait, or cancel them first")
    try:
        return _erase_each(unit_of_work, store, found, reason)
    finally:  # what was erased before an error is erased too
        with unit_of_work() as session:
            forget_patient_in_batches(session, _cleaned(patient_code))
            forget_erased_parts(session)


def _erase_each(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, found: Sequence[PatientSample], reason: str
) -> PatientErasure:
    """Erase each sample as it was found; one that changed since, or went by another hand, keeps no other from going."""
    photographs = erased = 0
    kept: list[KeptSample] = []
    for sample in found:
        try:
            if sample.is_signed:
                for image_id in _stored_images(unit_of_work, sample.id):
                    _erase_photograph(unit_of_work, store, sample.id, image_id, reason)
                    photographs += 1
            else:
                with unit_of_work() as session:
                    photographs += erase_sample(session, store, sample_id=sample.id, reason=reason)
                erased += 1
        except ErasureRefused as refusal:
            kept.append(KeptSample(id=sample.id, accession_number=sample.accession_number, why=refusal.why))
        except SampleNotFound:
            continue
    return PatientErasure(photographs=photographs, samples=erased, kept=tuple(kept))


def _stored_images(unit_of_work: UnitOfWorkFactory, sample_id: int) -> list[int]:
    with unit_of_work() as session:
        return [image.id for image in erasing.list_stored(session, sample_id)]


def _erase_photograph(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, sample_id: int, image_id: int, reason: str
) -> None:
    """In a transaction of its own: were the next one in it refused, this file would be gone and its row not say so."""
    with unit_of_work() as session:
        signed_reports.hold_sample(session, sample_id)
        erase_photograph(session, store, image_id=image_id, reason=reason)


def _records(session: Session, patient_code: str) -> Sequence[SampleRecord]:
    code = _cleaned(patient_code)
    conditions = [SampleRecord.patient_key == samples.accession_key(code)]
    found = erasing.list_samples(session, conditions, limit=_MOST_SAMPLES)
    if not found and next(rows_of_patient(session, code), None) is None:
        raise PatientNotFound
    return found


def _cleaned(patient_code: str) -> str:
    code = "".join(filter(str.isprintable, patient_code)).strip()
    if not code:
        raise InvalidInput("patient_code", "Type a patient code.")
    return code
