"""``bloodcount gate``: what a field must be before its count is believed, learnt from data and judged."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.counting_bar import counting_bar
from app.commands.evaluate import MODEL_CARD
from app.commands.failures import told_as_failure
from app.settings import get_settings

if TYPE_CHECKING:
    from model.quality import GateSettings
    from model.weights import WeightsRelease

app = typer.Typer(help="The gate: which pictures are refused, and what is warned of.", no_args_is_help=True)

_Dataset = Annotated[Path, typer.Argument(help="Folder made by bloodcount dataset build.")]
_NotSmears = Annotated[Path, typer.Option(help="Folder made by bloodcount gate pictures.")]
_Weights = Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")]


@app.command()
def pictures(
    out: Annotated[Path, typer.Argument(help="Folder that receives the pictures.")],
    photographs: Annotated[
        list[Path] | None, typer.Option(help="Folder of photographs that show no smear; may be given several times.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="At most so many photographs of each folder: every k-th.")] = 25,
) -> None:
    """Draw pictures that are no smears, and reduce photographs, in two halves: to learn from and to judge by."""
    from model.evaluation.gate_pictures import PicturesMissing, write_pictures

    with told_as_failure(PicturesMissing, OSError):
        written = write_pictures(out, photographs or [], most)
    typer.echo(f"{out}: {', '.join(f'{count} to {half}' for half, count in written.items())}", err=True)


@app.command()
def learn(
    dataset: _Dataset,
    not_smears: _NotSmears,
    weights: _Weights = None,
    limit: Annotated[int, typer.Option(min=6, help="At most so many fields of a source: every k-th.")] = 24,
) -> None:
    """Learn the gate's limits from fields of the tuning and training splits, and write them into the manifest.

    Former figures of the gate no longer hold and leave the manifest.
    """
    from model.data.packed import PackedSetError, read_index
    from model.evaluation.gate_learning import learn_gate
    from model.evaluation.gate_observing import (
        UnreadablePicture,
        learning_fields,
        observe_drawn_fields,
        observe_fields,
        observe_pictures,
        without_gate,
    )
    from model.evaluation.gate_pictures import LEARN, PicturesMissing, read_pictures
    from model.inference import CellCounter
    from model.weights import WeightsRefused

    settings = get_settings()
    with told_as_failure(PackedSetError, PicturesMissing, UnreadablePicture, WeightsRefused, OSError, ValueError):
        release = _open(weights)
        counter = CellCounter(without_gate(release), device=settings.device, engine=settings.engine)
        fields, others = learning_fields(read_index(dataset), limit), read_pictures(not_smears, LEARN)
        with counting_bar("Looking at fields", len(fields)) as told:
            smears = observe_fields(counter, fields, told)
        with counting_bar("Looking at drawn fields", limit) as told:
            smears += observe_drawn_fields(counter, limit, told)
        with counting_bar("Looking at other pictures", len(others)) as told:
            strangers = observe_pictures(counter, others, told)
        gate = learn_gate(smears, strangers)
        _write(release, gate)
    for name, value in dataclasses.asdict(gate).items():
        if name != "familiarity":
            typer.echo(f"{name}: {value}")


@app.command()
def judge(  # noqa: PLR0917 - Typer makes an option of each
    dataset: _Dataset,
    not_smears: _NotSmears,
    weights: _Weights = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many fields of a source: every k-th.")] = None,
    faulted: Annotated[int, typer.Option(min=1, help="Fields of each source that get every simulated fault.")] = 3,
    record: Annotated[
        bool,
        typer.Option("--record", help="Also write them into the manifest, and of shipped weights into the model card."),
    ] = False,
) -> None:
    """Judge the gate on validation and held-out fields, on the other half of the pictures, and on simulated faults.

    Raises:
        typer.BadParameter: The weights have no gate yet.
    """
    from model.data.packed import PackedSetError, read_index
    from model.evaluation.gate_judging import judge_faults, judge_fields, judge_pictures
    from model.evaluation.gate_observing import judging_fields
    from model.evaluation.gate_pictures import JUDGE, PicturesMissing, read_pictures
    from model.inference import CellCounter
    from model.weights import WeightsRefused

    settings = get_settings()
    with told_as_failure(PackedSetError, PicturesMissing, WeightsRefused, OSError, ValueError):
        release = _open(weights)
        gate = release.manifest.gate
        if gate is None:
            raise typer.BadParameter("these weights have no gate; first run: bloodcount gate learn")
        counter = CellCounter(release, device=settings.device, engine=settings.engine)
        index, others = read_index(dataset), read_pictures(not_smears, JUDGE)
        fields, to_fault = judging_fields(index, limit), judging_fields(index, faulted)
        with counting_bar("Judging other pictures", len(others)) as told:
            figures: dict[str, Any] = {"not_smears": judge_pictures(counter, others, told)}
        with counting_bar("Judging faults", 1) as told:
            figures["faults"] = judge_faults(counter, to_fault, told)
        with counting_bar("Judging fields", len(fields)) as told:
            figures["smears"] = judge_fields(counter, fields, told)
    _print(figures)
    if record:
        _write(release, dataclasses.replace(gate, figures=figures))
        _write_card(release.path)


def _open(weights: Path | None) -> "WeightsRelease":
    from model.weights import open_release

    return open_release(weights or get_settings().weights_path)


def _write(release: "WeightsRelease", gate: "GateSettings") -> None:
    """Write the manifest again with this gate."""
    from model.weights import write_manifest

    path = release.path.with_suffix(".json")
    write_manifest(path, dataclasses.replace(release.manifest, gate=gate))
    typer.echo(f"Written to {path}", err=True)


def _write_card(path: Path) -> None:
    """Renew the model card, which is of the shipped weights, once they have figures of counting."""
    from model.evaluation.card import write_tables
    from model.weights import read_manifest, shipped_weights_path

    manifest = read_manifest(path.with_suffix(".json"))
    if path.resolve() == shipped_weights_path() and "all" in manifest.metrics:
        write_tables(MODEL_CARD, manifest)
        typer.echo(f"Written to {MODEL_CARD}", err=True)


def _print(figures: dict[str, Any]) -> None:
    smears, others = figures["smears"], figures["not_smears"]
    typer.echo(f"pictures that are no smears: {others['refused']} of {others['pictures']} refused")
    for name in others["counted_pictures"]:
        typer.echo(f"  counted all the same: {name}")
    typer.echo(f"fields: {smears['refused']} of {smears['fields']} refused")
    for key in smears["refused_fields"]:
        typer.echo(f"  refused: {key}")
    for source, counts in smears["by_source"].items():
        typer.echo(f"  {source}: {', '.join(f'{name} {count}' for name, count in counts.items())}")
    for row in figures["faults"]:
        told = "no warning wanted" if row["wanted"] is None else f"{row['wanted']} {row['told']}"
        typer.echo(f"{row['fault']}, {row['fields']} fields: {told}; refused {row['refused']}; all {row['warnings']}")
