"""``bloodcount dataset``: builds the training set from the publishers' downloads."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.commands.dataset_tables import print_build, print_pseudo_labels
from app.commands.failures import told_as_failure
from app.settings import get_settings

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
    cells_a_kind: Annotated[
        int | None, typer.Option(min=0, help="PBC images packed of each kind of white cell.  [default: 100]")
    ] = None,
) -> None:
    """Clean, integrate, transform and reduce raw data sets into one training set."""
    from model.classes import UnknownLabel
    from model.data.building import build_dataset
    from model.data.reducing import CELLS_A_KIND
    from model.data.sources import UnknownSource

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Packing fields", total=None)
        with told_as_failure(UnknownSource, UnknownLabel, ValueError):
            report = build_dataset(
                sources,
                out,
                lambda done, total: progress.update(task, completed=done, total=total),
                cells_a_kind=CELLS_A_KIND if cells_a_kind is None else cells_a_kind,
            )
    print_build(report)
    typer.echo(f"Report: {out / 'report.json'}; splits: {out / 'splits.csv'}")


@app.command("pseudo-label")
def pseudo_label_command(
    dataset: Annotated[Path, typer.Argument(help="Folder made by bloodcount dataset build; changed in place.")],
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Stop counting after so long; the next run goes on.  [default: never]")
    ] = None,
) -> None:
    """Let the network fill in what publishers did not label, and tell how far that can be trusted."""
    from model.data.detections import DetectionsOfOtherWeights
    from model.data.packed import PackedSetError, read_index
    from model.evaluation.pseudo_labels import pseudo_label
    from model.inference import load_cell_counter
    from model.weights import WeightsRefused

    console = Console(stderr=True)
    with (
        told_as_failure(PackedSetError, WeightsRefused, DetectionsOfOtherWeights, OSError),
        Progress(console=console, disable=not console.is_terminal, transient=True) as progress,
    ):
        task = progress.add_task("Counting fields", total=None)
        read_index(dataset)  # refuses another folder before the weights are loaded
        settings = get_settings()
        counter = load_cell_counter(weights or settings.weights_path, device=settings.device, engine=settings.engine)
        section = pseudo_label(
            dataset, counter, lambda done, total: progress.update(task, completed=done, total=total), minutes=minutes
        )
    print_pseudo_labels(section)
    typer.echo(f"Report: {dataset / 'report.json'}")
