"""``bloodcount evaluate``: how well the weights find and count cells, against reference boxes."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from app.commands.failures import told_as_failure
from app.settings import get_settings

MODEL_CARD = Path("model/MODEL_CARD.md")
"""Of the checkout that the command is run in."""


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="Folder made by bloodcount dataset build.")],
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
    split: Annotated[Literal["train", "tune", "validation"], typer.Option(help="Which part.")] = "validation",
    out: Annotated[Path, typer.Option(help="Where the metrics are written as JSON.")] = Path("metrics.json"),
    record: Annotated[
        bool, typer.Option("--record", help="Also write them into the weights' manifest and the model card.")
    ] = False,
) -> None:
    """Count every field of a split through the whole pipeline and compare with its reference boxes."""
    from model.data.packed import PackedSetError, read_index
    from model.data.splits import Split
    from model.evaluation.predictions import RefusedField, predict_fields
    from model.evaluation.report import metrics_table
    from model.inference import load_cell_counter
    from model.weights import WeightsRefused

    console = Console(stderr=True)
    with told_as_failure(PackedSetError, RefusedField, WeightsRefused, ValueError):
        fields = read_index(dataset, Split(split))
        settings = get_settings()
        counter = load_cell_counter(weights or settings.weights_path, device=settings.device)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Counting", total=len(fields))
            predictions = predict_fields(counter, fields, lambda done, _total: progress.update(task, completed=done))
    metrics = {
        "split": split,
        "weights": {"name": counter.weights.name, "version": counter.weights.version, "sha256": counter.weights.sha256},
        **metrics_table(predictions, counter.settings.thresholds),
    }
    out.write_text(json.dumps(metrics, indent=2) + "\n")
    _print(metrics)
    typer.echo(f"Metrics: {out}", err=True)
    if record:
        _record(weights or settings.weights_path, metrics)


def _record(weights: Path | None, metrics: dict[str, Any]) -> None:
    """Keep the metrics with the weights they were measured on, and in the model card."""
    from model.evaluation.card import CardError, write_tables
    from model.weights import WeightsRefused, read_manifest, shipped_weights_path, write_manifest

    with told_as_failure(CardError, WeightsRefused):
        path = (weights or shipped_weights_path()).with_suffix(".json")
        manifest = dataclasses.replace(read_manifest(path), metrics=metrics)
        write_manifest(path, manifest)
        write_tables(MODEL_CARD, manifest)
    typer.echo(f"Recorded in {path} and {MODEL_CARD}", err=True)


def _print(metrics: dict[str, Any]) -> None:
    table = Table(
        "fields of", "class", "cells", "counted", "AP50", "AP50-95", "precision", "recall", "F1", "count accuracy"
    )
    parts = {"all": metrics["all"], "TXL-PBC": metrics["txl-pbc"], **metrics["by_source"]}
    for part, values in parts.items():
        if values is None:
            continue
        precision = values["average_precision"]
        for code, row in values["classes"].items():
            figures = [precision[code]["ap50"], precision[code]["ap50_95"], row["precision"], row["recall"], row["f1"]]
            shown = [_shown(value) for value in [*figures, row["total_count_accuracy"]]]
            table.add_row(part, code, str(row["reference_cells"]), str(row["predicted_cells"]), *shown)
        table.add_row(part, "mean", "", "", _shown(precision["mean"]["ap50"]), _shown(precision["mean"]["ap50_95"]))
    Console().print(table)


def _shown(value: float | None) -> str:
    return "not available" if value is None else f"{value:.3f}"
