"""``bloodcount patient``: what is kept under a patient code, as a file, and its erasure."""

from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from app.commands.administration import administrator
from app.errors import CommandFailed
from app.settings import get_settings

app = typer.Typer(help="What is kept under a patient code.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The patient code, as the samples have it.")]


@app.command()
def export(code: Code, out: Annotated[Path, typer.Option(help="The ZIP file to write; it must not exist.")]) -> None:
    """Write records and photographs into a ZIP file, without camera notes."""
    from app.services.images.decoding.reader import image_reader
    from app.services.privacy.patient_export import export_patient
    from app.storage import create_image_store

    settings = get_settings()
    target = _new_file(out)
    try:
        with administrator() as database, target, database.unit_of_work() as session:
            store = create_image_store(settings)
            samples = export_patient(session, store, image_reader(settings), patient_code=code, target=target)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    typer.echo(f"Wrote {samples:,} samples to {out}.")


def _new_file(path: Path) -> BinaryIO:
    try:
        return path.open("xb")
    except FileExistsError as error:
        raise CommandFailed(f"{path} exists already; name a new file.") from error


@app.command()
def erase(
    code: Code,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail; without the patient code.")],
    confirm: Annotated[str, typer.Option(help="The patient code again; asked for where it is missing.")] = "",
) -> None:
    """Erase it for good; of signed samples the photographs go and the signed reports stay.

    Raises:
        CommandFailed: A sample changed after it was shown; the others are erased.
    """
    from app.services.samples.patients import erase_patient, patient_samples
    from app.storage import create_image_store

    settings = get_settings()
    with administrator() as database:
        with database.unit_of_work() as session:
            for sample in patient_samples(session, patient_code=code):
                kept = "photographs go, signed reports stay" if sample.is_signed else "goes as a whole"
                typer.echo(f"  {sample.id}  {sample.accession_number}  {sample.images:,} images: {kept}")
        again = confirm or typer.prompt("Type the patient code again to erase this", default="", show_default=False)
        outcome = erase_patient(
            database.unit_of_work, create_image_store(settings), patient_code=code, confirmation=again, reason=reason
        )
    typer.echo(f"Erased {outcome.samples:,} samples with all they held, and {outcome.photographs:,} photographs.")
    if outcome.kept:
        for left in outcome.kept:
            typer.echo(f"  not erased as shown: {left.accession_number}: {left.why}")
        raise CommandFailed(
            f"{len(outcome.kept):,} samples changed after they were shown and were not erased; run this again to see "
            "what would go of them now, and confirm that."
        )
