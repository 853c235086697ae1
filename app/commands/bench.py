"""``bloodcount bench``: benchmarks, as ratios and times within one run on this machine."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands import bench_installation
from app.commands.failures import told_as_failure
from app.settings import get_settings

app = typer.Typer(help="Benchmarks, as ratios within one run.", no_args_is_help=True)


for _command in (
    bench_installation.batch,
    bench_installation.workers,
    bench_installation.overhead,
    bench_installation.job,
    bench_installation.swap,
    bench_installation.seed,
    bench_installation.history,
):
    app.command()(_command)


@app.callback()
def _group() -> None:
    """Benchmarks, as ratios within one run."""


@app.command()
def network(
    image: Annotated[Path | None, typer.Option(help="Image to count.  [default: a rendered 640 × 480 field]")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Times each detector is called.")] = 10,
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the figures into this JSON file too.")] = None,
) -> None:
    """Time counting one image in each engine beside torchvision's detectors with ResNet-50 and beside YOLO."""
    from app.commands.network_benchmark import benchmark_rows, benchmark_table, write_rows
    from model.evaluation.other_detectors import MissingExtra
    from model.evaluation.speed import Contestant, compare_detectors
    from model.inference import load_cell_counter
    from model.inference.device import choose_device
    from model.inference.engines import installed_engines
    from model.weights import WeightsRefused

    settings = get_settings()
    path = weights or settings.weights_path
    with told_as_failure(WeightsRefused, ValueError, OSError):
        engines = installed_engines(choose_device(settings.device))
        counters = [load_cell_counter(path, device=settings.device, engine=engine) for engine in engines]
        content = image.read_bytes() if image else _rendered_field()
        try:
            timings = compare_detectors(counters, content, rounds, yolo=True)
        except MissingExtra as missing:
            typer.echo(str(missing), err=True)
            timings = compare_detectors(counters, content, rounds, yolo=False)
    rows = benchmark_rows(timings, Contestant("bloodcount", counters[min(1, len(counters) - 1)].engine.name, "decoded"))
    Console().print(benchmark_table(rows))
    if out:
        write_rows(out, rows, rounds)


@app.command()
def naming(
    image: Annotated[Path | None, typer.Option(help="Image to count.  [default: a rendered 640 × 480 field]")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Times the image is counted each way.")] = 30,
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
) -> None:
    """Time counting one image with names beside finding its cells alone, in turns."""
    from model.evaluation.naming_cost import measure_naming_cost
    from model.inference import EngineUnavailable
    from model.weights import WeightsRefused, open_release

    settings = get_settings()
    with told_as_failure(WeightsRefused, EngineUnavailable, ValueError, OSError):
        release = open_release(weights or settings.weights_path)
        content = image.read_bytes() if image else _rendered_field()
        figures = measure_naming_cost(release, content, rounds, device=settings.device, engine=settings.engine)
    typer.echo(json.dumps(figures, indent=2))


@app.command()
def gpu(
    images: Annotated[list[Path], typer.Argument(help="Images to count.", metavar="IMAGE...")],
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the figures into this JSON file too.")] = None,
) -> None:
    """Measure fields a second on the graphics card, as a share of its matrix rate, and compare its counts."""
    from model.evaluation.card_speed import measure_card
    from model.inference import DeviceUnavailable
    from model.inference.device import choose_device
    from model.weights import WeightsRefused, shipped_weights_path

    with told_as_failure(DeviceUnavailable, WeightsRefused, OSError):
        choose_device("cuda")
        path = weights or get_settings().weights_path or shipped_weights_path()
        measured = measure_card(path, [image.read_bytes() for image in images])
    figures = json.dumps(measured, indent=2)
    typer.echo(figures)
    if out:
        out.write_text(figures + "\n", encoding="utf-8")


@app.command()
def server(
    uploads: Annotated[int, typer.Option(min=1, help="Images uploaded one after another.")] = 10,
    image: Annotated[Path | None, typer.Option(help="Image to upload.  [default: a rendered 640 × 480 field]")] = None,
) -> None:
    """Start a server of its own and time its start, its memory, and upload to counts over HTTP."""
    from app.commands.server_benchmark import measure_server

    figures = measure_server(image.read_bytes() if image else _rendered_field(), uploads)
    typer.echo(json.dumps(figures, indent=2))


@app.command()
def latency(
    batch: Annotated[int, typer.Option(min=1, help="Images of the batch.")] = 500,
    probes: Annotated[int, typer.Option(min=1, help="Images uploaded for a waiting person meanwhile.")] = 40,
    image: Annotated[Path | None, typer.Option(help="Image to upload.  [default: a rendered 640 × 480 field]")] = None,
) -> None:
    """Start a server of its own and time how soon a waiting person's image is started while a batch is counted."""
    from app.commands.latency_benchmark import measure_latency

    figures = measure_latency(image.read_bytes() if image else _rendered_field(), batch=batch, probes=probes)
    typer.echo(json.dumps(figures, indent=2))


@app.command()
def scales(
    images: Annotated[list[Path], typer.Argument(help="Images to count.", metavar="IMAGE...")],
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
) -> None:
    """Count the same images enlarged and reduced: the counts should hardly differ."""
    from model.evaluation.rescaling import counts_at_factors
    from model.inference import EngineUnavailable, load_cell_counter
    from model.weights import WeightsRefused

    settings = get_settings()
    with told_as_failure(WeightsRefused, EngineUnavailable, OSError):
        counter = load_cell_counter(weights or settings.weights_path, device=settings.device, engine=settings.engine)
        counts = counts_at_factors(counter, [image.read_bytes() for image in images])
    table = Table("sides times", "RBC", "WBC", "PLT")
    for factor, row in counts.items():
        table.add_row(f"{factor:g}", str(row["RBC"]), str(row["WBC"]), str(row["PLT"]))
    Console().print(table)


def _rendered_field() -> bytes:
    """A rendered 640 × 480 field with red cells as wide as BCCD's, as PNG."""
    from model.rendering import encode_png, random_recipe, render_smear
    from model.types import Size

    return encode_png(render_smear(random_recipe(7, Size(640, 480), 100.0)).image_hwc_u8)
