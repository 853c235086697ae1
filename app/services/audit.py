"""The audit trail: note who did what, search it, and prove that nothing in it was changed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.db.audit_chain import ChainFault, chain_faults, hold_event
from app.db.repositories import audit_events
from app.db.repositories.audit_events import AuditFilter
from app.resources import app_version
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction, AuditEntry
from app.services.accounts.acting import current_actor
from app.services.privacy.concealing import conceal, reveal

PAGE_SIZE = 50
_LONGEST_TEXT = 2000
_SECRET_WORDS = ("password", "secret", "token_sha256", "cookie", "authorization")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at the whole chain found, and where it ends: note the end elsewhere to notice a rewritten chain."""

    entries: int
    head_seq: int
    head_hash: str
    faults: tuple[ChainFault, ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, newest first; ``next_before`` finds the older ones, None where there are none."""

    entries: tuple[AuditEntry, ...]
    next_before: int | None


def record_event(
    session: Session,
    action: AuditAction,
    *,
    subject_kind: str | None = None,
    subject_id: int | None = None,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    reason: str | None = None,
    actor: Actor | None = None,
) -> None:
    """Note an action in the transaction that does it: both are kept, or neither.

    ``old`` and ``new`` are the values that changed, by field; what a sample is called is concealed in them. Who acts is
    whom the request or command named, unless ``actor`` says otherwise.

    Raises:
        ValueError: A field's name is that of a secret, which has no place in the trail.
    """
    who = actor or current_actor()
    if subject_kind == "sample" and subject_id is not None:
        old = conceal(session, sample_id=subject_id, values=old)
        new = conceal(session, sample_id=subject_id, values=new)
    hold_event(
        session,
        {
            "actor_kind": who.kind.value,
            "actor_id": who.id,
            "actor_name": _plain(who.name, 200) or "",
            "actor_role": who.role.value if who.role else None,
            "session_id": who.session_id,
            "address": _plain(who.address, 64),
            "request_id": _plain(who.request_id, 64),
            "app_version": app_version(),
            "action": action.value,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "old_values": _written(old),
            "new_values": _written(new),
            "reason": _plain(reason, _LONGEST_TEXT),
        },
    )


def find_entries(session: Session, wanted: AuditFilter, *, before_seq: int | None = None) -> AuditPage:
    """A page of the entries that match, newest first."""
    found = audit_events.list_events(session, wanted, before_seq=before_seq, limit=PAGE_SIZE + 1)
    entries = tuple(
        _revealed(session, AuditEntry.model_validate(record, from_attributes=True)) for record in found[:PAGE_SIZE]
    )
    return AuditPage(entries, entries[-1].seq if len(found) > PAGE_SIZE else None)


def read_entries(session: Session, wanted: AuditFilter) -> Iterator[AuditEntry]:
    """Every entry that matches, oldest first."""
    for row in audit_events.read_events(session, wanted):
        yield _revealed(session, AuditEntry.model_validate(row))


def verify_chain(session: Session, *, expected_end: tuple[int, str] | None = None) -> Verification:
    """Look at every entry of the chain.

    ``expected_end`` is an end noted earlier, outside the database: place and hash. It proves that nobody wrote the
    whole chain anew.
    """
    chain = _WholeChain(session, expected_end[0] if expected_end else None)
    faults = list(chain_faults(chain.rows(), chain.read_head))
    if expected_end is not None and chain.hash_wanted != expected_end[1]:
        message = f"entry {expected_end[0]} is not the one that was noted: the chain was written anew"
        faults.append(ChainFault(expected_end[0], "changed", message))
    head_seq, head_hash = chain.head or (0, "")
    return Verification(chain.count, head_seq, head_hash, tuple(faults))


@dataclass
class _WholeChain:
    """Reads the chain to its end while others go on writing to it."""

    session: Session
    seq_wanted: int | None
    hash_wanted: str | None = None
    count: int = 0
    head: tuple[int, str] | None = None

    def rows(self) -> Iterator[dict[str, Any]]:
        last_seq: int | None = None
        former_head: tuple[int, str] | None = None
        while True:
            for row in audit_events.read_events(self.session, AuditFilter(), after_seq=last_seq):
                last_seq = row["seq"]
                self.count += 1
                if row["seq"] == self.seq_wanted:
                    self.hash_wanted = row["hash"]
                yield row
            self.head = audit_events.find_head(self.session)
            # Entries that others wrote meanwhile are read too; where the end stays ahead of them, some are missing.
            if self.head is None or self.head[0] <= (last_seq or 0) or self.head == former_head:
                return
            former_head = self.head

    def read_head(self) -> tuple[int, str] | None:
        return self.head


def _revealed(session: Session, entry: AuditEntry) -> AuditEntry:
    """The entry with what its digests stand for; its hash is that of the digests."""
    values = {"old_values": reveal(session, entry.old_values), "new_values": reveal(session, entry.new_values)}
    return entry.model_copy(update=values)


def _written(values: dict[str, Any] | None) -> str | None:
    """The values as JSON in ASCII, which holds no control character and cannot break a line."""
    if values is None:
        return None
    for name in values:
        if any(word in name.lower() for word in _SECRET_WORDS):
            raise ValueError(f"the field {name!r} has no place in the audit trail")
    return json.dumps(values, sort_keys=True, default=str)


def _plain(value: str | None, longest: int) -> str | None:
    """A text that no reader mistakes for two lines and that every database can hold."""
    if value is None:
        return None
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in value)[:longest]
