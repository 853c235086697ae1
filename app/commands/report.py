"""``bloodcount report``: prove that signed reports are as they were signed."""

from typing import Annotated

import typer

from app.commands.administration import administration
from app.errors import CommandFailed

app = typer.Typer(help="Signed reports.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Signed reports."""


@app.command()
def verify(
    sample: Annotated[
        int | None, typer.Option(help="Only the reports of the sample with this number.", metavar="NUMBER")
    ] = None,
) -> None:
    """Exit 0 if every signed report, with its cells, is as it was signed; else 1, and say which are not."""
    from app.services.reports.reports import report_keys, verify_report

    with administration() as session:
        keys = report_keys(session, sample_id=sample)
        damaged = 0
        for sample_id, version in keys:
            faults = verify_report(session, sample_id=sample_id, version=version)
            for fault in faults:
                typer.echo(f"sample {sample_id}, version {version}: {fault.message}")
            damaged += bool(faults)
    _tell(damaged, len(keys))


def _tell(damaged: int, total: int) -> None:
    if damaged:
        raise CommandFailed(f"{damaged} of {total} signed reports are not as they were signed.")
    typer.echo(f"All {total} signed reports are as they were signed.")
