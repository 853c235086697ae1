"""What the audit trail notes, and how one entry is read."""

from datetime import datetime
from enum import StrEnum

from app.schemas.base import Schema


class AuditAction(StrEnum):
    """Everything that leaves an entry."""

    SIGNED_IN = "sign_in.succeeded"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_IN_BLOCKED = "sign_in.blocked"
    SIGNED_OUT = "sign_in.ended"
    SESSION_REVOKED = "session.revoked"
    SECOND_READING_SAVED = "second_reading.saved"
    SECOND_READING_FINISHED = "second_reading.finished"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    ACCESS_REFUSED = "access.refused"
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - the name of an event
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "account.password_reset"  # noqa: S105 - the name of an event
    TOKEN_CREATED = "token.created"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - the name of an event
    SAMPLES_LISTED = "samples.listed"
    SAMPLE_CREATED = "sample.created"
    SAMPLE_CHANGED = "sample.changed"
    SAMPLE_MEASURED = "sample.measured"
    SAMPLE_VIEWED = "sample.viewed"
    IMAGE_UPLOADED = "image.uploaded"
    IMAGE_VIEWED = "image.viewed"
    IMAGE_CHANGED = "image.changed"
    CELLS_CORRECTED = "cells.corrected"
    REPORT_SIGNED = "report.signed"
    REPORT_VIEWED = "report.viewed"
    CORRECTION_OPENED = "report.correction_opened"
    BATCHES_LISTED = "batches.listed"
    BATCH_CREATED = "batch.created"
    BATCH_VIEWED = "batch.viewed"
    QUEUE_VIEWED = "queue.viewed"
    RESULT_VIEWED = "result.viewed"
    EXPORTED = "data.exported"
    PROFILE_CREATED = "acquisition_profile.created"
    PROFILE_CHANGED = "acquisition_profile.changed"
    RANGES_CHANGED = "reference_ranges.changed"
    DIFFERENTIAL_COUNTED = "differential.counted"
    DIFFERENTIAL_WITHDRAWN = "differential.withdrawn"
    LIBRARY_VIEWED = "library.viewed"
    LIBRARY_CELL_ADDED = "library.cell_added"
    LIBRARY_CELL_REMOVED = "library.cell_removed"
    QUALITY_VIEWED = "quality.viewed"
    CONTROL_LOT_MADE = "control.lot_made"
    CONTROL_LOT_CLOSED = "control.lot_closed"
    CONTROL_RECORDED = "control.recorded"
    CONTROL_DECIDED = "control.decided"
    GOLDEN_CHECK_FAILED = "golden_check.failed"
    GOLDEN_CHECK_ACCEPTED = "golden_check.accepted"
    GOLDEN_MARKED = "golden_field.marked"
    GOLDEN_WITHDRAWN = "golden_field.withdrawn"
    WEIGHTS_ADDED = "weights.added"
    WEIGHTS_REJECTED = "weights.rejected"
    WEIGHTS_CHECKED = "weights.checked"
    WEIGHTS_EVALUATION_ASKED = "weights.evaluation_asked"
    WEIGHTS_EVALUATED = "weights.evaluated"
    WEIGHTS_FAILED = "weights.failed"
    WEIGHTS_REQUESTED = "weights.activation_requested"
    WEIGHTS_DECLINED = "weights.activation_declined"
    WEIGHTS_ACTIVATED = "weights.activated"
    WEIGHTS_ROLLED_BACK = "weights.rolled_back"
    PHOTOGRAPH_ERASED = "photograph.erased"
    SAMPLE_ERASED = "sample.erased"
    RETENTION_APPLIED = "retention.applied"
    PATIENT_VIEWED = "patient.viewed"
    AUDIT_VIEWED = "audit.viewed"
    AUDIT_EXPORTED = "audit.exported"


class AuditEntry(Schema):
    """One entry of the trail as people and programs read it."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: int | None
    actor_name: str
    actor_role: str | None
    session_id: int | None
    address: str | None
    request_id: str | None
    app_version: str
    action: str
    subject_kind: str | None
    subject_id: int | None
    old_values: str | None
    new_values: str | None
    reason: str | None
    prev_hash: str
    hash: str
