"""``bloodcount weights``: which weights there are, which of them count, and the way from the one to the other."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.administration import administration, installation
from app.errors import CommandFailed, WeightsUnavailable
from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.schemas.weights_overview import ReleaseDetail, WeightsOverview

app = typer.Typer(help="The weights that count.", no_args_is_help=True)

_Number = Annotated[int, typer.Argument(help="The weights' number, from 'bloodcount weights list'.")]
_Reason = Annotated[str, typer.Option(help="Why; needed for weights that are worse, and kept in the audit trail.")]


@app.command("list")
def list_releases() -> None:
    """List the weights of the installation, checked against their hashes, and those that were added.

    Raises:
        WeightsUnavailable: The installation's own weights are missing, damaged or made for another network.
    """
    settings = get_settings()

    from app.services.weights.weights_overview import weights_overview
    from model import weights

    with administration() as session:
        overview = weights_overview(session)
    shipped = Path(weights.__file__).parent.glob("*.safetensors")
    try:
        own = settings.weights_path or weights.shipped_weights_path()
        for path in sorted({*shipped, own}):
            typer.echo(_line(path, is_own=path == own, is_active=path == own and overview.active_release is None))
    except weights.WeightsRefused as refusal:
        raise WeightsUnavailable(str(refusal)) from refusal
    for line in _added_lines(overview):
        typer.echo(line)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The .safetensors file, with its manifest (.json) beside it.")],
) -> None:
    """Put weights into quarantine and print their number; a process that counts checks and evaluates them.

    Raises:
        CommandFailed: File or manifest cannot be read.
    """
    from app.services.weights.foreign_weights import refuse_foreign_name
    from app.services.weights.weights_intake import add_release

    refuse_foreign_name(file.name)
    with installation() as (database, store):
        try:
            with file.open("rb") as content, file.with_suffix(".json").open("rb") as manifest:
                number = add_release(
                    database.unit_of_work, store, file_name=file.name, content=content, manifest=manifest
                )
        except OSError as error:
            raise CommandFailed(f"{error.filename or file} cannot be read: {error.strerror or error}") from error
    typer.echo(number)


@app.command()
def validate(number: _Number) -> None:
    """Check weights and compare them with the active ones, here and now; exit 1 where they are refused.

    Raises:
        CommandFailed: They are refused, could not be evaluated, or another process is judging them.
    """
    from app.schemas.weights import ReleaseStatus
    from app.services.weights.weights_judging import ask_for_evaluation
    from app.services.weights.weights_overview import release_detail

    settings = get_settings()
    with installation() as (database, store):
        with database.unit_of_work() as session:
            ask_for_evaluation(session, release_id=number)
        from app.jobs.weights_desk import open_desk

        if not open_desk(settings, database, store).work(number, _told()):
            raise CommandFailed(f"Weights number {number} are being judged by another process; look at their page.")
        with database.unit_of_work() as session:
            detail = release_detail(session, settings, release_id=number)
    if detail.release.status is not ReleaseStatus.READY:
        reason = detail.release.reason
        raise CommandFailed(f"{detail.release.title}: {reason.message if reason else detail.release.status}")
    _print_comparison(detail, settings)


@app.command()
def activate(number: _Number, reason: _Reason = "") -> None:
    """Let weights count from now on, in every process and without a restart."""
    from app.services.weights.weights_activation import request_activation

    with administration() as session:
        is_active = request_activation(session, get_settings(), release_id=number, reason=reason)
    typer.echo(
        f"Weights number {number} count from now on."
        if is_active
        else "A second admin has to approve it on the page Weights."
    )


@app.command()
def rollback(
    *,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
    to_origin: Annotated[bool, typer.Option("--to-origin", help="To the weights of the installation.")] = False,
) -> None:
    """Let those weights count again that did before."""
    from app.services.weights.weights_activation import roll_back

    with administration() as session:
        number = roll_back(session, reason=reason, to_origin=to_origin)
    typer.echo(
        "The weights of the installation count from now on."
        if number is None
        else f"Weights number {number} count from now on."
    )


def _line(path: Path, *, is_own: bool, is_active: bool) -> str:
    """One release of the installation: in use or not, name, version, hash and file.

    Raises:
        WeightsRefused: It is the installation's own and cannot be used.
    """
    from model.weights import WeightsRefused, open_release

    try:
        identity = open_release(path).manifest.identity
    except WeightsRefused as refusal:
        if is_own:
            raise
        return f"unusable  {refusal}"
    return f"{'active' if is_active else 'idle':8}  {identity.name}  {identity.version}  {identity.sha256}  {path}"


def _added_lines(overview: "WeightsOverview") -> list[str]:
    lines = []
    for one in sorted(overview.releases, key=lambda release: release.id):
        state = "active" if one.is_active else one.status.value
        lines.append(f"{state:8}  {one.title.replace(' ', '  ')}  {one.sha256}  number {one.id}")
    return lines


def _told() -> Callable[[int, int], None]:
    """Tell how far an evaluation is, on standard error and where a person looks at it."""
    from rich.console import Console

    console = Console(stderr=True)

    def tell(done: int, total: int) -> None:
        if total and console.is_terminal:
            console.print(f"Golden fields counted: {done} of {total}", end="\r")

    return tell


def _print_comparison(detail: "ReleaseDetail", settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table

    report = detail.report
    if report is None:
        return
    names = (f"{one.name} {one.version}" for one in (report.baseline, report.candidate))
    table = Table("fields", "class", "cells", *(f"{what} {name}" for name in names for what in ("F1", "count error")))
    for group in report.groups:
        for row in group.classes:
            figures = [value for one in (row.baseline, row.candidate) for value in (one.f1, one.count_error)]
            shares = ["not available" if value is None else f"{100 * value:.1f} %" for value in figures]
            table.add_row(f"{group.group} ({group.fields})", row.cell_class.value, str(row.reference), *shares)
    console = Console()
    console.print(table)
    console.print(f"{len(report.changed)} of {report.fields} fields change.")
    for finding in detail.worse:
        console.print(f"Worse by more than {settings.weights_margin_points:g} points: {finding}")
