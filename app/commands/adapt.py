"""``bloodcount adapt``: weights of one's own, brought to the stain and camera of a laboratory."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.counting_bar import counting_bar
from app.commands.failures import told_as_failure
from app.settings import get_settings


def adapt(
    images: Annotated[list[Path], typer.Argument(help="Fields of the laboratory, of as many smears as possible.")],
    out: Annotated[Path, typer.Option(help="Folder that receives the weights and their manifest.")],
    version: Annotated[str, typer.Option(help="Version of the adapted weights, such as 0.4.0+ward7.")],
    weights: Annotated[Path | None, typer.Option(help="Weights file.  [default: the shipped ones]")] = None,
    share: Annotated[float, typer.Option(min=0.01, max=1, help="How far towards these fields; 1: wholly.")] = 0.3,
) -> None:
    """Bring weights to a laboratory's own fields, which need no labels; whether that helped, golden fields tell.

    Only what the network expects of colours and contrasts moves; names may get better or worse with it. Add the
    weights with 'bloodcount weights add' or under Weights: they are compared with the active ones before they count.

    Raises:
        WeightsRefused: The version is that of the weights to adapt.
    """
    from model.training.adapting import TooFewFields, adapt_release
    from model.weights import WeightsRefused, open_release

    with told_as_failure(TooFewFields, WeightsRefused, OSError):
        settings = get_settings()
        release = open_release(weights or settings.weights_path)
        if release.manifest.version == version:
            raise WeightsRefused(
                "version_taken", f"the weights are version {version} already; give the adapted ones another --version"
            )
        with counting_bar("Looking at fields", len(images)) as told:
            path, fields = adapt_release(
                release, images, out, version=version, share=share, engine=settings.engine, progress=told
            )
    typer.echo(f"{fields} of {len(images)} images were counted and taken.", err=True)
    typer.echo(str(path))
