"""``bloodcount audit``: prove that the audit trail is as it was written, and write it out."""

import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.administration import administration
from app.errors import CommandFailed

if TYPE_CHECKING:
    from app.services.audit import Verification

app = typer.Typer(help="The audit trail.", no_args_is_help=True)


class _Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


@app.command()
def verify(
    expect: Annotated[
        str | None,
        typer.Option(help="An end of the chain that was noted earlier, as ENTRY:HASH.", metavar="ENTRY:HASH"),
    ] = None,
) -> None:
    """Exit 0 if every entry is as it was written; else 1, and say which were changed, removed or inserted."""
    from app.services.audit import verify_chain

    noted = _noted_end(expect) if expect else None
    with administration() as session:
        found = verify_chain(session, expected_end=noted)
    _tell_faults(found)
    typer.echo(f"All {found.entries} entries are as they were written; the chain ends at")
    typer.echo(f"{found.head_seq}:{found.head_hash}")


@app.command()
def export(
    form: Annotated[_Format, typer.Option("--format", help="A table, or one JSON object a line.")] = _Format.JSONL,
) -> None:
    """Write the whole trail to standard output, the oldest entry first."""
    from app.db.repositories.audit_events import AuditFilter
    from app.schemas.audit import AuditAction
    from app.services.audit import read_entries, record_event
    from app.web.admin_views import audit_csv, audit_jsonl

    with administration() as session:
        entries = read_entries(session, AuditFilter())
        for piece in audit_csv(entries) if form is _Format.CSV else audit_jsonl(entries):
            sys.stdout.write(piece.decode("utf-8"))
        record_event(session, AuditAction.AUDIT_EXPORTED)


def _tell_faults(found: "Verification") -> None:
    for fault in found.faults:
        typer.echo(f"{fault.kind}: {fault.message}")
    if found.faults:
        places = "one place" if len(found.faults) == 1 else f"{len(found.faults)} places"
        raise CommandFailed(f"the audit trail was tampered with, in {places}.")


def _noted_end(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text)
    if found is None:
        raise CommandFailed(f"{text[:80]!r} is no end of a chain; 'bloodcount audit verify' prints one as ENTRY:HASH.")
    return int(found[1]), found[2]
