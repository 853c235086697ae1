"""Notes in the audit trail that somebody saw or took patient data."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Scope

from app.db.base import LARGEST_ID
from app.db.session import Database
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.services.audit import record_event
from app.web.route_table import FoundRoute

VIEW_LASTS_S = 300.0
"""Looking again at the same thing within five minutes is the same look: an open page asks many times a second."""

_LONGEST_VALUE = 200
_ALWAYS_NOTED = frozenset({AuditAction.EXPORTED, AuditAction.AUDIT_EXPORTED})
_CHOSEN = frozenset(
    {"status", "after", "limit", "cells", "format", "actor", "action", "sample", "since", "until", "before"}
)
"""What is chosen from a list, or is the number or name of something of this program."""

_TYPED = "(typed)"

_SUBJECTS = {"image_id": "image", "sample_id": "sample", "batch_id": "batch"}
"""What an address is about, the narrowest first: a field's page is a look at the image, and with it at its sample."""


class RecentNotes:
    """What this process noted a moment ago, so that it is not noted twice; several processes note it once each."""

    def __init__(self, *, lasts_s: float = VIEW_LASTS_S, most: int = 10_000) -> None:
        self._lasts_s, self._most = lasts_s, most
        self._noted_at: OrderedDict[Hashable, float] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, key: Hashable) -> bool:
        """Whether this was noted a moment ago."""
        with self._lock:
            noted_at = self._noted_at.get(key)
            return noted_at is not None and time.monotonic() - noted_at < self._lasts_s

    def add(self, key: Hashable) -> None:
        """Remember that this was noted now."""
        with self._lock:
            self._noted_at[key] = time.monotonic()
            self._noted_at.move_to_end(key)
            while len(self._noted_at) > self._most:
                self._noted_at.popitem(last=False)


def note_view(
    database: Database, recent: RecentNotes, *, actor: Actor, action: AuditAction, scope: Scope, route: FoundRoute
) -> None:
    """Note what is about to be shown or sent; it is not shown where this fails."""
    query = _query(scope)
    key = (actor.kind, actor.id, actor.session_id, action, route.path, *route.parts.values(), *sorted(query.items()))
    if action not in _ALWAYS_NOTED and recent.has(key):
        return
    subject_kind, subject_id = _subject(route.parts)
    new: dict[str, Any] = {"route": route.path} | ({"query": _told(query)} if query else {})
    with database.unit_of_work() as session:
        record_event(session, action, subject_kind=subject_kind, subject_id=subject_id, new=new, actor=actor)
    recent.add(key)


def note_refusal(
    database: Database, recent: RecentNotes, *, actor: Actor, action: AuditAction, route: FoundRoute | None
) -> None:
    """Note that somebody was refused; a stranger who tries on and on fills no disk with it."""
    path = route.path if route else None
    key = (actor.kind, actor.id, actor.address, action, path)
    if recent.has(key):
        return
    with database.unit_of_work() as session:
        record_event(session, action, new={"route": path}, actor=actor)
    recent.add(key)


def _subject(parts: Mapping[str, str]) -> tuple[str | None, int | None]:
    for name, kind in _SUBJECTS.items():
        # Of a larger number there is nothing, and no column holds it; the route alone is noted then.
        if name in parts and int(parts[name]) <= LARGEST_ID:
            return kind, int(parts[name])
    return None, None


def _query(scope: Scope) -> dict[str, str]:
    """What was searched for; what an open page tells about itself is left out."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"))
    return {name[:_LONGEST_VALUE]: value[:_LONGEST_VALUE] for name, value in pairs if name not in {"seen", "page"}}


def _told(query: Mapping[str, str]) -> dict[str, str]:
    """The search as the trail keeps it: of what a person typed only that they did, for it may name a patient."""
    return {name: value if name in _CHOSEN else _TYPED for name, value in query.items()}
