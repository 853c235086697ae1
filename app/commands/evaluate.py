"""``bloodcount evaluate``: how well the weights find and count cells, against reference boxes."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.commands.counting_bar import counting_bar
from app.commands.evaluation_tables import print_metrics
from app.commands.failures import told_as_failure
from app.commands.naming_figures import held_out_fields, naming_metrics
from app.commands.naming_left_out import judge_names
from app.commands.naming_tables import print_naming
from app.settings import get_settings

if TYPE_CHECKING:
    from model.data.packed import PackedField
    from model.evaluation.predictions import FieldPrediction
    from model.inference import CellCounter
    from model.weights import WeightsManifest

MODEL_CARD = Path("model/MODEL_CARD.md")
"""Of the checkout that the command is run in."""


def evaluate(  # noqa: PLR0917 - Typer makes an option of each
    dataset: Annotated[Path, typer.Argument(help="Folder made by bloodcount dataset build.")],
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
    split: Annotated[Literal["train", "tune", "validation"], typer.Option(help="Which part.")] = "validation",
    leave_out: Annotated[
        str | None, typer.Option(help="Judge weights trained without this source on all its fields, of every split.")
    ] = None,
    names_left_out: Annotated[str | None, typer.Option(help="Judge a source of which no name was taught.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many fields: every k-th.")] = None,
    names_limit: Annotated[
        int | None, typer.Option(min=1, help="Of a source, at most so many fields judge names.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the metrics are written as JSON.")] = Path("metrics.json"),
    record: Annotated[
        bool, typer.Option("--record", help="Also write them into the weights' manifest and the model card.")
    ] = False,
    worst: Annotated[int | None, typer.Option(min=1, help="Draw so many of the worst fields of each class.")] = None,
    pictures: Annotated[Path | None, typer.Option(help="Folder that receives the pictures of --worst.")] = None,
) -> None:
    """Count fields through the whole pipeline and compare with their reference boxes and names.

    On the validation split names are judged too, there and on held-out fields without boxes. With --leave-out or
    --names-left-out and --record the figures go into the manifest of the shipped weights, as a table of their own.
    """
    _check_options(leave_out or names_left_out, limit, worst, pictures, record=record)
    if names_left_out is not None:
        judge_names(dataset, weights, names_left_out, limit=limit, out=out, card=MODEL_CARD if record else None)
        return
    from model.data.packed import PackedSetError
    from model.evaluation.predictions import RefusedField
    from model.weights import WeightsRefused, read_manifest, shipped_weights_path

    with told_as_failure(PackedSetError, RefusedField, WeightsRefused, OSError, ValueError):
        path = weights or get_settings().weights_path or shipped_weights_path()
        manifest = read_manifest(path.with_suffix(".json"))
        fields, of = _fields(dataset, split, leave_out, limit, manifest)
        named = held_out_fields(dataset, names_limit or limit) if split == "validation" and leave_out is None else None
        metrics, predictions = _measure(path, fields, named)
        metrics = {**_about(manifest, split, leave_out, fields, of), **metrics}
        _show(metrics, out, f"{len(fields)} of {of} fields")
        if worst is not None and pictures is not None:
            _draw(pictures, predictions, list(manifest.decoding.thresholds), fields, worst)
        if record:
            _record(path, manifest, metrics, leave_out)


def _check_options(
    leave_out: str | None, limit: int | None, worst: int | None, pictures: Path | None, *, record: bool
) -> None:
    """Refuse options that do not go together, before anything is loaded."""
    if (worst is None) != (pictures is None):
        raise typer.BadParameter("--worst and --pictures go together: how many fields are drawn, and where to")
    if record and limit is not None and leave_out is None:
        raise typer.BadParameter("--record needs all fields of the split; leave --limit out")


def _fields(
    dataset: Path, split: str, leave_out: str | None, limit: int | None, manifest: "WeightsManifest"
) -> "tuple[list[PackedField], int]":
    """The fields that judge, and how many there were before --limit."""
    from model.data.packed import read_index
    from model.data.source_groups import fully_labelled
    from model.data.splits import Split
    from model.evaluation.left_out import check_left_out, judging_fields, thinned

    if leave_out is None:
        chosen = fully_labelled(read_index(dataset, Split(split)))
    else:
        check_left_out(manifest, leave_out)
        chosen = judging_fields(read_index(dataset), leave_out)
    taken, step = thinned(chosen, limit)
    if step > 1:
        typer.echo(f"One field in {step}: {len(taken)} of {len(chosen)}", err=True)
    return taken, len(chosen)


def _measure(
    path: Path, fields: "Sequence[PackedField]", named: "Sequence[PackedField] | None"
) -> "tuple[dict[str, Any], list[FieldPrediction]]":
    """Count the fields and compute the metrics, those of naming too where there are ``named`` fields."""
    from model.evaluation.naming.judging import NameJudge
    from model.evaluation.predictions import predict_fields
    from model.evaluation.report import metrics_table
    from model.inference import load_cell_counter

    settings = get_settings()
    counter: CellCounter = load_cell_counter(path, device=settings.device, engine=settings.engine)
    judge = NameJudge()
    is_judged = named is not None and counter.naming.settings is not None
    with counting_bar("Counting fields", len(fields)) as told:
        predictions = predict_fields(counter, fields, told, *([judge.add] if is_judged else []))
    naming = {} if named is None else {"naming": naming_metrics(counter, judge, named)}
    with counting_bar("Drawing resamples", 1) as told:
        metrics = metrics_table(predictions, counter.settings.thresholds, progress=told)
    return {**metrics, **naming}, predictions


def _show(metrics: dict[str, Any], out: Path, of: str) -> None:
    """Write the metrics and print them as tables."""
    out.write_text(json.dumps(metrics, indent=2) + "\n")
    parts = {"all": metrics["all"], "TXL-PBC": metrics["txl-pbc"], **metrics["by_source"]}
    print_metrics({name: part for name, part in parts.items() if part is not None})
    if metrics.get("naming"):
        print_naming(metrics["naming"]["sets"])
    typer.echo(f"Metrics of {of}: {out}", err=True)


def _about(
    manifest: "WeightsManifest", split: str, leave_out: str | None, fields: "Sequence[PackedField]", of: int
) -> dict[str, Any]:
    """What the figures are of."""
    return {
        "split": split if leave_out is None else f"all of {leave_out}, left out of training",
        "weights": {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256},
        "fields_taken": {"every": -(-of // len(fields)), "of": of},
    }


def _draw(
    folder: Path,
    predictions: "Sequence[FieldPrediction]",
    thresholds: Sequence[float],
    fields: "Sequence[PackedField]",
    number: int,
) -> None:
    from model.evaluation.gallery import write_gallery
    from model.preprocessing import ImageRefused

    with told_as_failure(ImageRefused):
        paths = {field.key: Path(field.original_path) for field in fields}
        index = write_gallery(folder, predictions, thresholds, paths, number)
    typer.echo(f"Worst fields: {index}", err=True)


def _record(path: Path, manifest: "WeightsManifest", metrics: dict[str, Any], leave_out: str | None) -> None:
    """Keep the metrics with the weights they were measured on, or with the shipped ones, and in the model card."""
    from model.evaluation.card import write_tables
    from model.evaluation.left_out import keeping_left_out, left_out_entry, with_left_out
    from model.weights import read_manifest, shipped_weights_path, write_manifest

    target = (path if leave_out is None else shipped_weights_path()).with_suffix(".json")
    release = read_manifest(target)
    if leave_out is None:
        kept = keeping_left_out(metrics, release.metrics)
    else:
        entry = left_out_entry(manifest, metrics["all"], metrics["thresholds"], metrics["fields_taken"])
        kept = with_left_out(release.metrics, leave_out, entry)
    release = dataclasses.replace(release, metrics=kept)
    write_tables(MODEL_CARD, release)  # first: it refuses a release without metrics of its own
    write_manifest(target, release)
    typer.echo(f"Recorded in {target} and {MODEL_CARD}", err=True)
