"""Versions of the reference ranges: read one, and save a new one; none is ever changed."""

from sqlalchemy.orm import Session

from app.db.records import RangeSetRecord
from app.db.repositories import range_sets
from app.errors import InvalidInput
from app.laboratory_errors import RangesChangedMeanwhile, RangeSetNotFound
from app.schemas.audit import AuditAction
from app.schemas.reference_ranges import RangeSet, RangeSetSummary, ReferenceRange
from app.services.accounts.acting import current_actor
from app.services.audit import record_event
from app.services.figures.range_comparison import overlapping

MOST_RANGES = 300


def current_ranges(session: Session) -> RangeSet:
    """The version that holds now."""
    return _set(range_sets.newest_set(session))


def ranges_of_version(session: Session, version: int) -> RangeSet:
    """One version, as it was saved.

    Raises:
        RangeSetNotFound: There is none with this number.
    """
    record = range_sets.find_set(session, version)
    if record is None:
        raise RangeSetNotFound(version)
    return _set(record)


def list_range_sets(session: Session) -> tuple[RangeSetSummary, ...]:
    """Every version, newest first."""
    found = range_sets.list_versions(session)
    return tuple(RangeSetSummary.model_validate(record, from_attributes=True) for record in found)


def save_ranges(session: Session, *, base: int, ranges: tuple[ReferenceRange, ...], reason: str) -> int:
    """Save a new version that was made from version ``base``, and return its number.

    Raises:
        RangesChangedMeanwhile: A newer version than ``base`` was saved since.
        InvalidInput: No reason is given, nothing was changed, there are too many ranges, or two are for one person.
    """
    now = range_sets.newest_set(session)
    if now.version != base:
        raise RangesChangedMeanwhile(base, now.version)
    cleaned = " ".join("".join(filter(str.isprintable, reason)).split())[:500]
    if not cleaned:
        raise InvalidInput("reason", "Say why the ranges change; the reason stays with the version.")
    if len(ranges) > MOST_RANGES:
        raise InvalidInput("ranges", f"There are {len(ranges)} ranges; at most {MOST_RANGES} are allowed.")
    if pair := overlapping(ranges):
        raise InvalidInput("ranges", f"Two ranges are for the same person: {pair}. Change their sex or ages.")
    old = _set(now)
    if old.ranges == ranges:
        raise InvalidInput("ranges", "Nothing was changed, so there is no new version to save.")
    record = RangeSetRecord(
        version=base + 1,
        ranges=[one.model_dump(mode="json") for one in ranges],
        reason=cleaned,
        created_by=current_actor().name,
    )
    if not range_sets.add_set(session, record):
        raise RangesChangedMeanwhile(base, base + 1)
    _note_change(session, old, record)
    return record.version


def _note_change(session: Session, old: RangeSet, new: RangeSetRecord) -> None:
    """The trail names the ranges that went and those that came; whole versions stay in their table."""
    before = [one.model_dump(mode="json") for one in old.ranges]
    record_event(
        session,
        AuditAction.RANGES_CHANGED,
        subject_kind="reference_ranges",
        subject_id=new.version,
        old={"version": old.version, "ranges": [one for one in before if one not in new.ranges]},
        new={"version": new.version, "ranges": [one for one in new.ranges if one not in before]},
        reason=new.reason,
    )


def _set(record: RangeSetRecord) -> RangeSet:
    return RangeSet.model_validate(record, from_attributes=True)
