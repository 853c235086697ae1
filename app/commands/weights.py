"""``bloodcount weights``: which weights there are, and which of them count."""

from pathlib import Path

import typer

from app.errors import WeightsUnavailable
from app.settings import get_settings

app = typer.Typer(help="The weights that count.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``list`` a sub-command: Typer would merge a single command into the group."""


@app.command("list")
def list_releases() -> None:
    """List the weights shipped and the one in use, each read and checked against its hash.

    Raises:
        WeightsUnavailable: The weights in use are missing, damaged or made for another network.
    """
    settings = get_settings()

    from model import weights

    shipped = Path(weights.__file__).parent.glob("*.safetensors")
    try:
        active = settings.weights_path or weights.shipped_weights_path()
        for path in sorted({*shipped, active}):
            typer.echo(_line(path, is_active=path == active))
    except weights.WeightsRefused as refusal:
        raise WeightsUnavailable(str(refusal)) from refusal


def _line(path: Path, *, is_active: bool) -> str:
    """One release: in use or not, name, version, hash and file.

    Raises:
        WeightsRefused: It is the one in use and cannot be used.
    """
    from model.weights import WeightsRefused, open_release

    try:
        identity = open_release(path).manifest.identity
    except WeightsRefused as refusal:
        if is_active:
            raise
        return f"unusable  {refusal}"
    return f"{'active' if is_active else 'idle':8}  {identity.name}  {identity.version}  {identity.sha256}  {path}"
