"""The audit trail's chain: every entry carries the hash of the one before.

Entries wait in their session and are written in the moment of its commit: in the same transaction as what they record,
and last of all, so that the end of the chain is locked for a few milliseconds only and never in two orders.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import AuditEventRecord

START_HASH = "0" * 64
_PENDING = "pending_audit_events"
# Sets nothing new: it takes the write lock on SQLite and the row's lock on PostgreSQL, and reads what is there then.
_LOCK_HEAD = text("UPDATE audit_head SET seq = seq RETURNING seq, hash")
_HASHED_COLUMNS = tuple(column.name for column in AuditEventRecord.__table__.columns if column.name != "hash")


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One entry that is not as it was written; ``kind`` is changed, removed or inserted."""

    seq: int
    kind: str
    message: str


def hold_event(session: Session, columns: Mapping[str, Any]) -> None:
    """Let an entry be written when the session commits; ``columns`` without place, time and hashes."""
    session.info.setdefault(_PENDING, []).append(dict(columns))


def entry_hash(columns: Mapping[str, Any]) -> str:
    """The SHA-256 of an entry: over its columns as JSON, in the table's order, times in UTC to the microsecond."""
    values = [columns[name] for name in _HASHED_COLUMNS]
    written = [value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value for value in values]
    return hashlib.sha256(json.dumps(written, separators=(",", ":")).encode("ascii")).hexdigest()


def chain_faults(
    entries: Iterable[Mapping[str, Any]], read_head: Callable[[], tuple[int, str] | None]
) -> Iterator[ChainFault]:
    """What is wrong with a chain, read from its first entry to its last; nothing where all is as it was written.

    ``read_head`` is asked after the last entry where the chain has to end; None where the database lost that too.
    """
    last_seq, last_hash = 0, START_HASH
    for entry in entries:
        seq = entry["seq"]
        if seq > last_seq + 1:
            missing = f"entry {last_seq + 1} is" if seq == last_seq + 2 else f"entries {last_seq + 1} to {seq - 1} are"
            yield ChainFault(last_seq + 1, "removed", f"{missing} missing")
        elif seq <= last_seq:
            yield ChainFault(seq, "inserted", f"entry {seq} stands before the first place of the chain")
            continue
        is_sound = entry_hash(entry) == entry["hash"]
        if not is_sound:
            yield ChainFault(seq, "changed", f"entry {seq} is not as it was written")
        elif entry["prev_hash"] != last_hash and seq == last_seq + 1:
            message = (
                f"entry {seq} does not follow entry {last_seq} as it stands: one of the two was changed or put there"
            )
            yield ChainFault(seq, "changed", message)
        last_seq, last_hash = seq, entry["hash"]
    yield from _end_faults(last_seq, last_hash, read_head())


def _end_faults(last_seq: int, last_hash: str, head: tuple[int, str] | None) -> Iterator[ChainFault]:
    if head is None:
        yield ChainFault(last_seq, "removed", "the note of the chain's end is missing")
    elif head[0] > last_seq:
        yield ChainFault(last_seq + 1, "removed", f"entries {last_seq + 1} to {head[0]} at the end are missing")
    elif head[0] < last_seq:
        yield ChainFault(head[0] + 1, "inserted", f"what stands after entry {head[0]} was put there")
    elif head[1] != last_hash:
        yield ChainFault(last_seq, "changed", f"the note of the chain's end does not fit entry {last_seq}")


@event.listens_for(Session, "before_commit")
def _append_held_events(session: Session) -> None:
    held = session.info.pop(_PENDING, None)
    if not held:
        return
    session.flush()
    seq, last_hash = session.execute(_LOCK_HEAD).one()
    for columns in held:
        seq += 1
        row = {**columns, "seq": seq, "at": utc_now(), "prev_hash": last_hash}
        row["hash"] = last_hash = entry_hash(row)
        session.execute(insert(AuditEventRecord).values(row))
