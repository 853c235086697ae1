"""Manual differentials: save one to a sample, show a sample's, withdraw a wrong one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import ManualDifferentialRecord
from app.db.repositories import manual_differentials as manual
from app.db.repositories import samples
from app.errors import InvalidInput
from app.report_errors import SampleSigned
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.schemas.manual_differentials import (
    APART,
    IN_TOTAL,
    LARGEST_COUNT,
    ManualCellType,
    ManualDifferential,
)
from app.services.audit import record_event
from app.services.figures.intervals import exact_share
from app.services.quality.look_back_errors import AlreadyWithdrawn, ManualDifferentialNotFound
from app.services.reports.signed_state import require_unsigned
from app.services.reviews.counter_drafts import account_number


@dataclass(frozen=True, slots=True)
class FinishedCount:
    """A count as it is saved: cell by cell (``presses``), or only its numbers where a person typed them."""

    count_key: str
    target: int
    presses: tuple[ManualCellType, ...] | None
    typed: Mapping[ManualCellType, int]
    comment: str | None

    @property
    def tally(self) -> dict[str, int]:
        """Cells by type."""
        counted = Counter(self.presses) if self.presses is not None else self.typed
        return {cell_type.value: counted.get(cell_type, 0) for cell_type in ManualCellType}


def save_differential(session: Session, *, accession_number: str, count: FinishedCount, actor: Actor) -> int:
    """Save a person's count to the sample with this accession number, and give the sample's number back.

    Saving the same count again, as after a lost answer, changes nothing.

    Raises:
        InvalidInput: There is no such sample or it is signed, nothing or too much was counted, or the count is another
            sample's.
    """
    sample = samples.find_sample_by_accession(session, accession_number.strip())
    if sample is None:
        raise InvalidInput(
            "accession_number",
            f"There is no sample {accession_number.strip()[:64]!r}. Check the number on the label, or register the "
            "sample first; the count stays here.",
        )
    tally = count.tally
    total = sum(tally[one] for one in IN_TOTAL)
    if not 0 < sum(tally.values()) <= LARGEST_COUNT:
        raise InvalidInput(
            "tally", f"A manual count has 1 to {LARGEST_COUNT} cells, not {sum(tally.values())}; nothing was saved."
        )
    if manual.find_by_key(session, count.count_key) is None:
        _require_open(session, sample.id)
    started_at = _started_at(session, count, actor)
    record = ManualDifferentialRecord(
        sample_id=sample.id,
        account_id=account_number(actor),
        count_key=count.count_key,
        counted_by=actor.name,
        target=count.target,
        tally=tally,
        presses=[one.value for one in count.presses] if count.presses is not None else None,
        comment=count.comment,
        started_at=started_at,
    )
    new_id = manual.add_differential(session, record)
    if new_id is None:
        _require_same(session, count.count_key, sample.id)
        return sample.id
    manual.delete_draft(session, account_number(actor), count.count_key)
    new = {"manual_differential": new_id, "n": total, "cells": tally}
    record_event(session, AuditAction.DIFFERENTIAL_COUNTED, subject_kind="sample", subject_id=sample.id, new=new)
    return sample.id


def sample_differentials(session: Session, *, sample_id: int) -> tuple[ManualDifferential, ...]:
    """A sample's manual differentials, the newest first, those withdrawn too.

    Raises:
        SampleNotFound: There is no such sample.
    """
    samples.get_sample(session, sample_id)
    return tuple(_differential(record) for record in manual.list_of_sample(session, sample_id))


def withdraw_differential(session: Session, *, sample_id: int, differential_id: int, reason: str, actor: Actor) -> None:
    """Take a manual differential back, as after a mix-up of slides. It stays and is shown as withdrawn.

    Raises:
        ManualDifferentialNotFound: The sample has no such one.
        AlreadyWithdrawn: It was withdrawn before.
        SampleSigned: The sample is signed, and no correction is open.
        InvalidInput: No reason was given, or one that is too long.
    """
    record = manual.find_differential(session, differential_id)
    if record is None or record.sample_id != sample_id:
        raise ManualDifferentialNotFound(differential_id)
    if record.withdrawn_by is not None:
        raise AlreadyWithdrawn(record.withdrawn_by)
    why = checked_text("reason", reason)
    if why is None:
        raise InvalidInput("reason", "Say why the count is withdrawn; whoever reads it later needs to know.")
    require_unsigned(session, sample_id)
    record.withdrawn_at, record.withdrawn_by, record.withdrawal_reason = utc_now(), actor.name, why
    record_event(
        session,
        AuditAction.DIFFERENTIAL_WITHDRAWN,
        subject_kind="sample",
        subject_id=sample_id,
        old={"manual_differential": differential_id, "counted_by": record.counted_by},
        reason=why,
    )


def checked_text(field: str, text: str) -> str | None:
    """A comment as it is kept: without surrounding spaces, None where nothing is left.

    Raises:
        InvalidInput: It is too long, or holds characters that cannot be seen.
    """
    cleaned = text.replace("\r\n", "\n").strip()
    if len(cleaned) > 2000:  # noqa: PLR2004 - as the column has it
        raise InvalidInput(field, f"This text has {len(cleaned)} characters; at most 2000 are allowed.")
    if not cleaned.replace("\n", "").replace("\t", "").isprintable():
        raise InvalidInput(field, "This text holds characters that cannot be seen. Type it again by hand.")
    return cleaned or None


def _require_open(session: Session, sample_id: int) -> None:
    try:
        require_unsigned(session, sample_id)
    except SampleSigned as error:  # told beside the number, so that what was counted stays on the page
        raise InvalidInput("accession_number", f"{error.message} The count stays here.") from error


def _started_at(session: Session, count: FinishedCount, actor: Actor) -> datetime | None:
    draft = manual.find_draft(session, account_number(actor))
    return draft.started_at if draft is not None and draft.count_key == count.count_key else None


def _require_same(session: Session, count_key: str, sample_id: int) -> None:
    saved = manual.find_by_key(session, count_key)
    if saved is None or saved.sample_id != sample_id:
        raise InvalidInput(
            "accession_number",
            "This count was saved to another sample already. If that was wrong, withdraw it there; then count anew.",
        )


def _differential(record: ManualDifferentialRecord) -> ManualDifferential:
    tally = {cell_type: record.tally.get(cell_type.value, 0) for cell_type in ManualCellType}
    total = sum(tally[one] for one in IN_TOTAL)
    return ManualDifferential(
        id=record.id,
        sample_id=record.sample_id,
        counted_by=record.counted_by,
        saved_at=record.saved_at,
        started_at=record.started_at,
        is_typed=record.presses is None,
        comment=record.comment,
        target=record.target,
        n=total,
        types={one: exact_share(tally[one], total) for one in IN_TOTAL},
        apart={one: tally[one] for one in APART},
        withdrawn_at=record.withdrawn_at,
        withdrawn_by=record.withdrawn_by,
        withdrawal_reason=record.withdrawal_reason,
    )
