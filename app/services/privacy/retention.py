"""Retention: what the laboratory's rules let go now, shown before it goes, and the going itself."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.repositories import erasing, images, signed_reports
from app.db.repositories.key_parts import forget_erased_parts
from app.db.session import UnitOfWorkFactory
from app.errors import InvalidInput
from app.protection_errors import ErasureRefused
from app.schemas.audit import AuditAction
from app.schemas.erasure import DueGroup, DueSample, ErasureOutcome, RetentionPreview, RetentionRules
from app.services.audit import record_event
from app.services.privacy.erasing import erase_photograph, erase_sample
from app.settings import Settings
from app.storage import ImageStore

CONFIRMATION = "erase"
_SHOWN_SAMPLES = 100
_AT_ONCE = 100
_SHORTEST_REASON = 3


def retention_rules(settings: Settings) -> RetentionRules:
    """The rules of an installation."""
    return RetentionRules(
        photographs_days=settings.keep_photographs_days,
        signed_photographs_days=settings.keep_signed_photographs_days,
        samples_days=settings.keep_samples_days,
    )


def preview_retention(session: Session, settings: Settings) -> RetentionPreview:
    """What the rules would let go now. Samples that go as a whole are counted with all they hold."""
    rules, now = retention_rules(settings), utc_now()
    samples = _due_samples(rules, now)
    made_of = [
        erasing.count_made_of(session, conditions)
        for is_signed in (False, True)
        if (conditions := _due_photographs(rules, now, is_signed=is_signed))
    ]
    return RetentionPreview(
        rules=rules,
        photographs=_groups(session, _due_photographs(rules, now, is_signed=False)),
        signed_photographs=_groups(session, _due_photographs(rules, now, is_signed=True)),
        samples=tuple(
            DueSample(id=one.id, accession_number=one.accession_number, changed_at=one.created_at)
            for one in (erasing.list_samples(session, samples, limit=_SHOWN_SAMPLES) if samples else ())
        ),
        samples_total=erasing.count_samples(session, samples) if samples else 0,
        reference_cells=sum(cells for cells, _ in made_of),
        golden_fields=sum(golden for _, golden in made_of),
    )


def apply_retention(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, settings: Settings, *, confirmation: str, reason: str
) -> ErasureOutcome:
    """Erase what the rules let go now. It may be stopped anywhere and started again.

    Raises:
        InvalidInput: The confirmation is not the word, or there is no reason.
        StorageUnavailable: The image store does not answer; what was erased before stays erased.
    """
    reason = checked_reason(reason)
    if confirmation.strip().lower() != CONFIRMATION:
        raise InvalidInput("confirmation", f"Type the word '{CONFIRMATION}' to erase for good; nothing was erased.")
    rules, now = retention_rules(settings), utc_now()
    samples, photographs = _erase_samples(unit_of_work, store, _due_samples(rules, now), reason)
    for is_signed in (False, True):
        photographs += _erase_photographs(
            unit_of_work, store, _due_photographs(rules, now, is_signed=is_signed), reason
        )
    outcome = ErasureOutcome(photographs=photographs, samples=samples)
    with unit_of_work() as session:
        new = outcome.model_dump() | {"rules": rules.model_dump()}
        record_event(session, AuditAction.RETENTION_APPLIED, new=new, reason=reason)
        if samples:
            forget_erased_parts(session)
    return outcome


def checked_reason(reason: str) -> str:
    """Why something is erased.

    Raises:
        InvalidInput: It is missing or too long.
    """
    text = " ".join(reason.split())
    if not _SHORTEST_REASON <= len(text) <= 500:  # noqa: PLR2004 - the longest
        raise InvalidInput("reason", "Give a reason of 3 to 500 characters; it is kept in the audit trail for good.")
    return text


def _erase_samples(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, conditions: list[ColumnElement[bool]], reason: str
) -> tuple[int, int]:
    """Erase whole samples, each in its own transaction; gives samples and photographs."""
    erased, photographs, refused = 0, 0, set[int]()
    while conditions:
        with unit_of_work() as session:
            found = [one.id for one in erasing.list_samples(session, conditions, limit=_AT_ONCE + len(refused))]
        due = [sample_id for sample_id in found if sample_id not in refused]
        if not due:
            break
        for sample_id in due:
            try:
                with unit_of_work() as session:
                    _hold_due_sample(session, conditions, sample_id)
                    photographs += erase_sample(session, store, sample_id=sample_id, reason=reason)
            except ErasureRefused:  # signed, or added to, since the list was made
                refused.add(sample_id)
            else:
                erased += 1
    return erased, photographs


def _hold_due_sample(session: Session, conditions: list[ColumnElement[bool]], sample_id: int) -> None:
    signed_reports.hold_sample(session, sample_id)
    if not erasing.is_due_sample(session, conditions, sample_id):
        raise ErasureRefused(f"sample number {sample_id} was changed meanwhile")


def _erase_photographs(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, conditions: list[ColumnElement[bool]], reason: str
) -> int:
    erased = 0
    while conditions:
        with unit_of_work() as session:
            due = erasing.list_photographs(session, conditions, limit=_AT_ONCE)
        if not due:
            break
        for image_id in due:
            with unit_of_work() as session:
                signed_reports.hold_sample(session, images.get_image(session, image_id).sample_id)
                if erasing.is_due_photograph(session, conditions, image_id):  # not signed or queued again meanwhile
                    erase_photograph(session, store, image_id=image_id, reason=reason)
                    erased += 1
    return erased


def _due_photographs(rules: RetentionRules, now: datetime, *, is_signed: bool) -> list[ColumnElement[bool]]:
    days = rules.signed_photographs_days if is_signed else rules.photographs_days
    return [] if days is None else erasing.due_photographs(now - timedelta(days=days), is_signed=is_signed)


def _due_samples(rules: RetentionRules, now: datetime) -> list[ColumnElement[bool]]:
    return [] if rules.samples_days is None else erasing.due_samples(now - timedelta(days=rules.samples_days))


def _groups(session: Session, conditions: list[ColumnElement[bool]]) -> tuple[DueGroup, ...]:
    rows = erasing.group_photographs(session, conditions) if conditions else ()
    return tuple(
        DueGroup(status=status, number=number, size_bytes=size, oldest_at=oldest, newest_at=newest)
        for status, number, size, oldest, newest in rows
    )
