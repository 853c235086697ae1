"""What an admin's pages show."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.db.repositories.audit_events import AuditFilter
from app.errors import InvalidInput
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction, AuditEntry
from app.schemas.base import Schema
from app.schemas.permissions import TOKEN_SCOPES
from app.schemas.tokens import Role
from app.services.accounts.accounts import list_accounts
from app.services.accounts.single_sign_on import linked_accounts
from app.services.accounts.tokens import list_tokens
from app.services.accounts.user_sessions import open_sessions
from app.services.audit import AuditPage
from app.settings import Settings

ROLE_WORDS = {
    Role.TECHNICIAN: "adds samples, looks at and corrects counts",
    Role.REVIEWER: "the same, and signs reports",
    Role.ADMIN: "everything, accounts and audit trail included",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class AuditSearch(Schema):
    """The search of the audit trail as typed; days are dates in UTC, the last one included."""

    actor: str = ""
    action: str = ""
    sample: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    def filter(self) -> AuditFilter:
        """The entries that are wanted.

        Raises:
            InvalidInput: A day is no date, or the sample's number is no number.
        """
        until = _day("until", self.until)
        return AuditFilter(
            actor=_printable(self.actor),
            action=_printable(self.action),
            sample_id=_number("sample", self.sample) if self.sample.strip() else None,
            since=_day("since", self.since),
            until=until + timedelta(days=1) if until else None,
        )

    @property
    def before_seq(self) -> int | None:
        """The entry from before which the page begins.

        Raises:
            InvalidInput: It is no number.
        """
        return _number("before", self.before) if self.before else None

    def address(self, path: str, **changes: str) -> str:
        """An address with this search."""
        values = {name: value for name, value in (self.model_dump() | {"before": ""} | changes).items() if value}
        return f"{path}?{urlencode(values)}" if values else path


def accounts_values(session: Session, settings: Settings, actor: Actor) -> dict[str, Any]:
    """What the page of accounts shows."""
    return {
        "accounts": list_accounts(session),
        "linked": linked_accounts(session, settings.oidc_issuer),
        "sessions": open_sessions(session, settings, own_id=actor.session_id),
        "role_words": ROLE_WORDS,
        "errors": {},
        "name": "",
        "full_name": "",
        "role": Role.TECHNICIAN,
        "problem": None,
        "handed_out": None,
    }


def tokens_values(session: Session) -> dict[str, Any]:
    """What the page of API tokens shows."""
    return {
        "tokens": list_tokens(session),
        "scopes": TOKEN_SCOPES,
        "role_words": ROLE_WORDS,
        "now": datetime.now(UTC),
        "errors": {},
        "form": {"name": "", "role": Role.TECHNICIAN, "days": "365", "scopes": ()},
        "handed_out": None,
    }


def audit_values(search: AuditSearch, page: AuditPage) -> dict[str, Any]:
    """What the page of the audit trail shows."""
    older = search.address("/admin/audit", before=str(page.next_before)) if page.next_before else None
    return {
        "search": search,
        "actions": [action.value for action in AuditAction],
        "entries": page.entries,
        "older_url": older,
        "csv_url": search.address("/admin/audit/export", format="csv"),
        "jsonl_url": search.address("/admin/audit/export", format="jsonl"),
        "in_words": values_in_words,
        "verification": None,
        "error": None,
    }


def values_in_words(values: str) -> str:
    """An entry's values as people read them: ``name: Ömer, role: admin``. The trail itself keeps them in ASCII."""
    return ", ".join(f"{name}: {_word(value)}" for name, value in json.loads(values).items())


def _word(value: object) -> str:
    if isinstance(value, str) and value.isprintable():
        return value
    return "none" if value is None else json.dumps(value)


def audit_csv(entries: Iterator[AuditEntry]) -> Iterator[bytes]:
    """The entries as a table, line by line; a spreadsheet takes no value for a formula."""
    yield b"\xef\xbb\xbf" + _csv_line(list(AuditEntry.model_fields))
    for entry in entries:
        values = entry.model_dump(mode="json").values()
        yield _csv_line(["" if value is None else _harmless(str(value)) for value in values])


def audit_jsonl(entries: Iterator[AuditEntry]) -> Iterator[bytes]:
    """The entries, one JSON object a line."""
    for entry in entries:
        yield json.dumps(entry.model_dump(mode="json")).encode("ascii") + b"\n"


def _csv_line(values: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue().encode()


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def _printable(text: str) -> str:
    """What a database can look for."""
    return "".join(filter(str.isprintable, text)).strip()


def _day(field: str, text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(tzinfo=UTC))
    except ValueError as error:
        raise InvalidInput(field, f"{text[:20]!r} is no day; write it as 2026-11-27.") from error


def _number(field: str, text: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) > 18:  # noqa: PLR2004 - more is beyond every row's number
        raise InvalidInput(field, f"{text[:20]!r} is no number; a sample's is in the address of its page.")
    return int(text)
