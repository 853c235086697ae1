"""The ``bloodcount`` command: registers every sub-command and turns errors into one sentence and an exit status."""

import importlib.metadata
import sys
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from app.commands import (
    adapt,
    audit,
    backup,
    bench,
    calibrate,
    count,
    database,
    dataset,
    evaluate,
    gate,
    patient,
    report,
    retention,
    serve,
    token,
    train,
    user,
    watch,
    weights,
    worker,
)
from app.errors import BloodcountError
from app.settings import InvalidSettings

SUCCESS, FAILURE = 0, 1

cli = typer.Typer(
    name="bloodcount",
    help=(
        "Counts red cells, white cells and platelets on photographs of blood smears. For research use: a person "
        "reviews every count. Settings are environment variables BLOODCOUNT_*, listed in the README."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command()(serve.serve)
cli.command()(worker.worker)
cli.command()(watch.watch)
cli.command()(count.count)
cli.add_typer(user.app, name="user")
cli.add_typer(token.app, name="token")
cli.add_typer(audit.app, name="audit")
cli.add_typer(report.app, name="report")
cli.add_typer(retention.app, name="retention")
cli.add_typer(patient.app, name="patient")
cli.add_typer(weights.app, name="weights")
cli.add_typer(dataset.app, name="dataset")
cli.command()(train.train)
cli.command()(adapt.adapt)
cli.command()(calibrate.calibrate)
cli.add_typer(gate.app, name="gate")
cli.command()(evaluate.evaluate)
cli.add_typer(bench.app, name="bench")
cli.add_typer(database.app, name="db")
cli.command()(backup.backup)
cli.command()(backup.restore)


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - Typer calls it with the option's value
    if is_wanted:
        typer.echo(importlib.metadata.version("bloodcount"))
        raise typer.Exit


@cli.callback()
def _global_options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    # Pillow's remarks on damaged camera notes name no file; what matters of them is in the result's warnings.
    warnings.filterwarnings("ignore", module=r"PIL\.")


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit status: 0 for success, 2 for a usage error, 1 otherwise.

    An error is one sentence on standard error. An exception of any other type is a mistake in this program and
    keeps its traceback.
    """
    try:
        outcome = cli(args=arguments, prog_name="bloodcount", standalone_mode=False)
    except typer.TyperException as error:
        return _tell(error.format_message(), error.exit_code)
    except (BloodcountError, InvalidSettings) as error:
        return _tell(str(error), FAILURE)
    except OSError as error:
        return _tell(f"{error.filename or 'The system'}: {error.strerror or error}", FAILURE)
    except (typer.Abort, KeyboardInterrupt):
        return _tell("Stopped before the end.", FAILURE)
    return outcome if isinstance(outcome, int) else SUCCESS


def _tell(sentence: str, status: int) -> int:
    if sentence:  # Typer has printed the help already when a command is called without its arguments
        typer.echo(f"bloodcount: {sentence}", err=True)
    return status


def main() -> None:
    """Entry point of the installed ``bloodcount`` script."""
    sys.exit(run(sys.argv[1:]))
