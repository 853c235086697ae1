"""``bloodcount backup`` and ``bloodcount restore``: everything, copied while the server runs, and put back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.settings import get_settings

_MOST_NAMED = 5


def backup(target: Annotated[Path, typer.Argument(help="Folder to make; it must not exist.")]) -> None:
    """Copy database and images into a new folder, consistently, while servers and workers go on."""
    import importlib.metadata

    from app.db.session import create_database
    from app.services.backup.backups import make_backup
    from app.storage import create_image_store

    settings = get_settings()
    database = create_database(settings)
    try:
        version = importlib.metadata.version("bloodcount")
        manifest = make_backup(database, create_image_store(settings), target, version=version)
    finally:
        database.dispose()
    typer.echo(
        f"{target} holds the {manifest.database} database and {manifest.images} images "
        f"({manifest.image_bytes / 1e6:,.1f} MB), verified."
    )
    if manifest.parts:
        typer.echo(f"{manifest.parts} parts of unfinished uploads too ({manifest.part_bytes / 1e6:,.1f} MB).")
    if manifest.missing_images:
        _tell_missing("images", manifest.missing_images)
    if manifest.missing_parts:
        _tell_missing("parts of uploads", manifest.missing_parts)
    if manifest.missing_images or manifest.missing_parts:
        raise typer.Exit(1)


def restore(
    source: Annotated[Path, typer.Argument(help="Folder that 'bloodcount backup' made.", exists=True, file_okay=False)],
) -> None:
    """Verify a backup and put it into an empty database and the image store."""
    from app.db.session import create_database
    from app.services.backup.backups import restore_backup
    from app.storage import create_image_store

    settings = get_settings()
    database = create_database(settings)
    try:
        manifest = restore_backup(database, create_image_store(settings), source)
    finally:
        database.dispose()
    typer.echo(f"The database and {manifest.images} images of {manifest.made_at} are restored; start the server now.")


def _tell_missing(what: str, missing: Sequence[str]) -> None:
    typer.echo(
        f"bloodcount: {len(missing)} {what} of the database are missing or damaged in the image store and so in "
        f"the backup: {', '.join(missing[:_MOST_NAMED])}{', …' if len(missing) > _MOST_NAMED else ''}",
        err=True,
    )
