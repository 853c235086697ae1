"""``bloodcount dataset``: builds the training set from the publishers' downloads."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.commands.failures import told_as_failure

app = typer.Typer(help="Training data.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Training data."""


@app.command()
def build(
    sources: Annotated[
        list[Path], typer.Argument(help="Folders of downloaded data sets, or one folder of them.", metavar="SOURCE...")
    ],
    out: Annotated[Path, typer.Option(help="Folder that receives the training set and its report.")],
) -> None:
    """Clean, integrate, transform and reduce raw data sets into one training set."""
    from model.classes import UnknownLabel
    from model.data.building import build_dataset
    from model.data.sources import UnknownSource

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Packing fields", total=None)
        with told_as_failure(UnknownSource, UnknownLabel, ValueError):
            report = build_dataset(sources, out, lambda done, total: progress.update(task, completed=done, total=total))
    kept = Table("split", "source", "fields", title="Fields kept")
    for split, by_source in report["fields_kept"].items():
        for source, fields in sorted(by_source.items()):
            kept.add_row(split, source, str(fields))
    dropped = Table("reason", "number", title="Dropped or mended")
    for reason, number in report["dropped_or_mended"].items():
        dropped.add_row(reason, str(number))
    console = Console()
    console.print(kept)
    console.print(dropped)
    console.print(f"Report: {out / 'report.json'}; splits: {out / 'splits.csv'}")
