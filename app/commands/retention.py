"""``bloodcount retention``: what the laboratory's rules let go now, and the going itself."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.administration import administration, administrator
from app.settings import get_settings

if TYPE_CHECKING:
    from app.schemas.erasure import RetentionPreview

app = typer.Typer(help="How long photographs and samples are kept.", no_args_is_help=True)


@app.command()
def preview() -> None:
    """Show what would go now, and erase nothing."""
    from app.services.privacy.retention import preview_retention

    with administration() as session:
        _tell(preview_retention(session, get_settings()))


@app.command()
def apply(
    reason: Annotated[str, typer.Option(help="Why, for the audit trail; name no patient.")],
    confirm: Annotated[str, typer.Option(help="The word 'erase'; asked for where it is missing.")] = "",
) -> None:
    """Erase for good what 'bloodcount retention preview' shows."""
    from app.services.privacy.retention import CONFIRMATION, apply_retention, preview_retention
    from app.storage import create_image_store

    settings = get_settings()
    with administrator() as database:
        with database.unit_of_work() as session:
            _tell(preview_retention(session, settings))
        word = confirm or typer.prompt(f"Type '{CONFIRMATION}' to erase this for good", default="", show_default=False)
        store = create_image_store(settings)
        outcome = apply_retention(database.unit_of_work, store, settings, confirmation=word, reason=reason)
    typer.echo(f"Erased {outcome.samples:,} samples with all they held, and {outcome.photographs:,} photographs.")


def _tell(shown: "RetentionPreview") -> None:
    for of, groups in (("unsigned", shown.photographs), ("signed", shown.signed_photographs)):
        for group in groups:
            typer.echo(
                f"photographs of {of} samples, {group.status}: {group.number:,} ({group.size_bytes / 1e6:,.1f} MB), "
                f"last changed {group.oldest_at:%Y-%m-%d} to {group.newest_at:%Y-%m-%d}"
            )
    if shown.reference_cells or shown.golden_fields:
        typer.echo(
            f"with these photographs: {shown.reference_cells:,} cells of the reference library; "
            f"{shown.golden_fields:,} golden fields judge weights no more"
        )
    typer.echo(f"samples with all they hold: {shown.samples_total:,}")
    for sample in shown.samples:
        typer.echo(f"  {sample.id}  {sample.accession_number}")
