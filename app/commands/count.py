"""``bloodcount count``: counts images from the command line, without database or server."""

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.commands.count_output import OutputFormat, write_records
from app.commands.failures import told_as_failure
from app.errors import CommandFailed
from app.schemas.result_record import ResultRecord, build_result_record
from app.settings import Settings, get_settings
from model.preprocessing import ImageLimits, ImageRefused
from model.types import FieldResult, Notice

if TYPE_CHECKING:
    from model.inference import CellCounter

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp"})
"""Files taken from a folder; a file named on the command line is tried whatever its ending."""

_FEW_TILES = 8
"""Images with more tiles than this get a progress bar of their own; others are counted before it could be read."""


class DeviceName(StrEnum):
    """Where the network runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def _possible_um_per_px(um_per_px: float | None) -> float | None:
    if um_per_px is not None:
        from model.inference.scale_limits import ScaleRefused, known_scale

        try:
            known_scale(um_per_px)
        except ScaleRefused as refusal:
            raise typer.BadParameter(str(refusal)) from refusal
    return um_per_px


def count(
    paths: Annotated[
        list[Path], typer.Argument(help="Images, or folders whose images are counted.", metavar="PATH...")
    ],
    *,
    output_format: Annotated[
        OutputFormat, typer.Option("--format", help="How results are written.")
    ] = OutputFormat.TABLE,
    min_score: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="List cells down to this score too; they are not counted."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Weights file.  [default: BLOODCOUNT_WEIGHTS_PATH, else the shipped ones]")
    ] = None,
    um_per_px: Annotated[
        float | None,
        typer.Option(
            callback=_possible_um_per_px,
            help="Micrometres to a pixel, the same in all these images.  [default: told by the size of the red cells]",
        ),
    ] = None,
    device: Annotated[
        DeviceName | None, typer.Option(help="Where the network runs.  [default: BLOODCOUNT_DEVICE, auto]")
    ] = None,
) -> int:
    """Count the blood cells in images; one result an image, in the order given."""
    files = _image_files(paths)
    counter = _load_counter(get_settings(), weights, device)
    records = _records(counter, files, min_score, um_per_px, show_progress=sys.stderr.isatty())
    refused = write_records(records, output_format)
    return 1 if refused else 0


def _image_files(paths: Sequence[Path]) -> list[Path]:
    if not any(path.exists() for path in paths):
        raise CommandFailed(f"{', '.join(map(str, paths))} does not exist; check the path")
    files = [file for path in paths for file in _images_at(path)]
    if not files:
        raise CommandFailed(f"no image was found in {', '.join(map(str, paths))}; give image files or folders of them")
    return files


def _images_at(path: Path) -> Iterator[Path]:
    """A file as given, even a missing one, of a folder every image below it in the order of their names."""
    if path.is_dir():
        yield from sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() in IMAGE_SUFFIXES and file.is_file() and not file.name.startswith(".")
        )
    else:
        yield path


def _load_counter(settings: Settings, weights: Path | None, device: DeviceName | None) -> "CellCounter":
    from model.inference import DeviceUnavailable, EngineUnavailable, load_cell_counter
    from model.weights import WeightsRefused

    limits = ImageLimits(max_file_bytes=settings.max_file_bytes, max_pixels=settings.max_image_pixels)
    with told_as_failure(WeightsRefused, DeviceUnavailable, EngineUnavailable):
        return load_cell_counter(
            weights or settings.weights_path, device=device or settings.device, engine=settings.engine, limits=limits
        )


def _records(
    counter: "CellCounter",
    files: Sequence[Path],
    min_score: float | None,
    um_per_px: float | None,
    *,
    show_progress: bool,
) -> Iterator[ResultRecord]:
    console = Console(stderr=True)
    with Progress(console=console, disable=not show_progress, transient=True) as progress:
        tiles = progress.add_task("this image", visible=False)

        def tell(done: int, total: int) -> None:
            progress.update(tiles, completed=done, total=total, visible=total > _FEW_TILES)

        for file in progress.track(files, description="Counting"):
            yield build_result_record(str(file), _count_file(counter, file, min_score, um_per_px, tell))
            progress.update(tiles, visible=False)


def _count_file(
    counter: "CellCounter",
    file: Path,
    min_score: float | None,
    um_per_px: float | None,
    tell: Callable[[int, int], None],
) -> FieldResult:
    """The result of one file; a file that cannot be read is refused like one that holds no image."""
    try:
        counter.limits.check_file_size(file.stat().st_size)
        content = file.read_bytes()
    except ImageRefused as refusal:
        return FieldResult("refused", counter.weights, reason=Notice(refusal.code, refusal.message))
    except OSError as error:
        message = f"The file cannot be read ({error.strerror or error}); check that it exists and may be read."
        return FieldResult("refused", counter.weights, reason=Notice("unreadable_file", message))
    return counter.count(content, min_score=min_score, um_per_px=um_per_px, progress=tell)
