"""``bloodcount train``: trains the network from scratch, resumably."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.failures import told_as_failure


def train(  # noqa: PLR0917 - Typer makes an option of each
    dataset: Annotated[Path, typer.Argument(help="Folder made by bloodcount dataset build.")],
    run: Annotated[Path, typer.Option(help="Folder of the run; an existing run in it is resumed.")],
    config: Annotated[
        Path | None, typer.Option(help="TOML file of training settings.  [default: those of the run that is resumed]")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Time budget.  [default: 90, or the file's]")] = None,
    start_from: Annotated[
        Path | None, typer.Option(help="Weights file whose layers are taken over.  [default: random weights]")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="Source that the run must not see (bccd, pbc, ...); may be repeated.")
    ] = None,
    publish: Annotated[
        Path | None, typer.Option(help="Folder that receives the weights release when training ends.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the release.")] = "bloodcount",
    version: Annotated[str, typer.Option(help="Version of the release.")] = "0.0.0",
) -> None:
    """Train on a packed data set until the time budget is spent; a checkpoint is written every epoch.

    A run brought back from another machine as its averaged weights alone (averaged.safetensors) is published as it is.
    The same command runs on two CPU cores and on a GPU: what differs is in the file of settings (docs/training.md).
    """
    from model.data.packed import PackedSetError
    from model.evaluation.predictions import RefusedField
    from model.evaluation.publish import publish_checkpoint
    from model.training.checkpoints import AVERAGE_FILE, CheckpointError, has_checkpoint
    from model.training.config import TrainingConfigError, read_config
    from model.training.run import TrainingDiverged, TrainingRun, own_settings

    def say(line: str) -> None:
        typer.echo(line, err=True)

    with told_as_failure(
        PackedSetError, TrainingConfigError, TrainingDiverged, CheckpointError, RefusedField, ValueError
    ):
        begin, left_out = str(start_from) if start_from else None, tuple(leave_out) if leave_out else None
        settings = read_config(config or own_settings(run), minutes=minutes, left_out=left_out, start_from=begin)
        if has_checkpoint(run) or not (run / AVERAGE_FILE).is_file():
            TrainingRun(dataset, run, settings, say).train()
        if publish is not None:
            say("choosing thresholds on the tuning split")
            path = publish_checkpoint(run / AVERAGE_FILE, dataset, publish, name=name, version=version)
            typer.echo(str(path))
