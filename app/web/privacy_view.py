"""What the pages about retention and patient codes show."""

from typing import Any

from sqlalchemy.orm import Session

from app.protection_errors import PatientNotFound
from app.schemas.audit import AuditAction
from app.schemas.erasure import PatientSample
from app.services.audit import record_event
from app.services.privacy.retention import CONFIRMATION, preview_retention
from app.services.samples.patients import manifest_rows, patient_samples
from app.settings import Settings


def privacy_values(session: Session, settings: Settings) -> dict[str, Any]:
    """The rules, and what would go now."""
    preview = preview_retention(session, settings)
    rules = (
        ("Photographs of samples that were never signed", preview.rules.photographs_days, "KEEP_PHOTOGRAPHS_DAYS"),
        ("Photographs of signed samples", preview.rules.signed_photographs_days, "KEEP_SIGNED_PHOTOGRAPHS_DAYS"),
        ("Samples that were never signed, with all they hold", preview.rules.samples_days, "KEEP_SAMPLES_DAYS"),
    )
    return {"preview": preview, "rules": rules, "word": CONFIRMATION, "outcome": None, "problem": None}


def patient_values(session: Session, patient_code: str | None, *, is_lenient: bool = False) -> dict[str, Any]:
    """The samples and manifests' rows of a patient code; ``is_lenient`` shows none where there is none any more.

    Raises:
        InvalidInput: The code is empty.
        PatientNotFound: No sample has it, and no manifest.
    """
    found: tuple[PatientSample, ...] = ()
    rows = 0
    if patient_code is not None:
        try:
            found = patient_samples(session, patient_code=patient_code)
            rows = len(manifest_rows(session, patient_code=patient_code))
        except PatientNotFound:
            if not is_lenient:
                raise
        record_event(session, AuditAction.PATIENT_VIEWED, new={"samples": [sample.id for sample in found]})
    told = {"samples": found, "manifest_rows": rows, "patient_code": patient_code or ""}
    return told | {"outcome": None, "problem": None, "is_unfinished": False}
