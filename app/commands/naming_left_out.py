"""Judging names on a source of which no name was taught, for ``bloodcount evaluate --names-left-out``."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.commands.counting_bar import counting_bar
from app.commands.failures import told_as_failure
from app.commands.naming_tables import print_naming
from app.settings import get_settings

if TYPE_CHECKING:
    from model.weights import WeightsManifest


def judge_names(
    dataset: Path, weights: Path | None, group: str, *, limit: int | None, out: Path, card: Path | None
) -> None:
    """Judge weights on all named fields of a group, every split; with a ``card``, keep it with the shipped weights.

    Failures of the data set, the weights or the images are told in one sentence, as by ``evaluate``.
    """
    from model.data.packed import PackedSetError
    from model.evaluation.predictions import RefusedField
    from model.weights import WeightsRefused, read_manifest, shipped_weights_path

    with told_as_failure(PackedSetError, RefusedField, WeightsRefused, OSError, ValueError):
        path = weights or get_settings().weights_path or shipped_weights_path()
        entry = _measure(dataset, path, read_manifest(path.with_suffix(".json")), group, limit=limit)
        out.write_text(json.dumps(entry, indent=2) + "\n")
        print_naming(entry["sets"])
        taken = entry["fields_taken"]
        typer.echo(f"Figures of {taken['fields']} of {taken['of']} fields: {out}", err=True)
        if card is not None:
            _record(group, entry, card)


def _measure(
    dataset: Path, path: Path, manifest: "WeightsManifest", group: str, *, limit: int | None
) -> dict[str, Any]:
    """What is kept of the group.

    Raises:
        WeightsNameNothing: The weights name no cell.
    """
    from model.data.packed import read_index
    from model.evaluation.left_out import thinned
    from model.evaluation.naming.judging import NameJudge
    from model.evaluation.naming.left_out import check_names_left_out, named_fields_of, naming_left_out_entry
    from model.evaluation.naming.named_cells import WeightsNameNothing
    from model.evaluation.naming.report import naming_table
    from model.inference import load_cell_counter

    check_names_left_out(manifest, group)
    if manifest.naming is None:
        raise WeightsNameNothing("these weights name no cell; let them with: bloodcount calibrate DATASET")
    all_fields = named_fields_of(read_index(dataset), group)
    fields, every = thinned(all_fields, limit)
    settings = get_settings()
    counter = load_cell_counter(path, device=settings.device, engine=settings.engine)
    judge = NameJudge(has_seen_calibration=False)
    with counting_bar("Counting fields with known names", len(fields)) as told:
        judge.count(counter, fields, told)
    taken = {"every": every, "of": len(all_fields), "fields": len(fields)}
    return naming_left_out_entry(manifest, group, naming_table(judge.cells, manifest.naming), taken)


def _record(group: str, entry: dict[str, Any], card: Path) -> None:
    """Keep the figures with the shipped weights, and in the model card."""
    from model.evaluation.card import write_tables
    from model.evaluation.naming.left_out import with_naming_left_out
    from model.weights import read_manifest, shipped_weights_path, write_manifest

    target = shipped_weights_path().with_suffix(".json")
    release = read_manifest(target)
    release = dataclasses.replace(release, metrics=with_naming_left_out(release.metrics, group, entry))
    write_tables(card, release)  # first: it refuses a release without metrics of its own
    write_manifest(target, release)
    typer.echo(f"Recorded in {target} and {card}", err=True)
