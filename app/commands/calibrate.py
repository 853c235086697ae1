"""``bloodcount calibrate``: how sure the network must be of a cell's name, fitted on held-out originals."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.counting_bar import counting_bar
from app.commands.failures import told_as_failure
from app.settings import get_settings

TRAINING_RECORD = "naming_calibration"
"""Where the manifest's training record tells how naming was calibrated."""


def calibrate(
    dataset: Annotated[Path, typer.Argument(help="Folder made by bloodcount dataset build.")],
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many fields of a source: every k-th.")] = None,
) -> None:
    """Fit temperatures and working confidences of cell names and write them into the weights' manifest.

    Counts the tuning split and a third of the held-out originals through the whole pipeline; evaluate judges
    probabilities on others. Former figures of naming no longer hold and leave the manifest.
    """
    from model.data.packed import PackedSetError, read_index
    from model.evaluation.naming.calibrating import calibrate as fit
    from model.evaluation.naming.left_out import groups_without_names
    from model.evaluation.naming.parts import calibrating_fields, thinned_by_source
    from model.evaluation.predictions import RefusedField
    from model.inference import load_cell_counter
    from model.weights import WeightsRefused, read_manifest, shipped_weights_path, write_manifest

    settings = get_settings()
    with told_as_failure(PackedSetError, RefusedField, WeightsRefused, OSError, ValueError):
        path = weights or settings.weights_path or shipped_weights_path()
        manifest = read_manifest(path.with_suffix(".json"))
        left_out = groups_without_names(manifest)
        fields = thinned_by_source(calibrating_fields(read_index(dataset), left_out), limit)
        counter = load_cell_counter(path, device=settings.device, engine=settings.engine)
        with counting_bar("Counting fields that calibrate", len(fields)) as told:
            found = fit(counter, fields, told)
        record = {**found.record, "without": left_out}
        manifest = dataclasses.replace(
            manifest,
            naming=found.settings,
            training={**manifest.training, TRAINING_RECORD: record},
            metrics={name: value for name, value in manifest.metrics.items() if name != "naming"},
        )
        write_manifest(path.with_suffix(".json"), manifest)
    for kind in ("white", "red"):
        typer.echo(_line(kind, found.record[kind]))
    typer.echo(f"Written to {path.with_suffix('.json')}", err=True)


def _line(kind: str, record: Mapping[str, Any]) -> str:
    if not record["cells"]:
        return f"{kind} cells: none to calibrate on"
    accuracy = record["accuracy_of_named"]
    before, after = record["expected_calibration_error"]
    return (
        f"{kind} cells: {record['cells']}, temperature {record['temperature']:.3f}, working confidence "
        f"{record['confidence']:.3f}, {100 * record['named_share']:.1f} % named, "
        f"{'none' if accuracy is None else f'{100 * accuracy:.2f} %'} of those right, "
        f"calibration error {100 * before:.1f} % before and {100 * after:.1f} % after"
    )
