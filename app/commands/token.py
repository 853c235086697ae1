"""``bloodcount token``: make API tokens for programs that call ``/api/v1``."""

from typing import Annotated

import typer

from app.schemas.tokens import Role
from app.settings import get_settings

app = typer.Typer(help="Tokens for programs that use the API.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``create`` a sub-command: Typer would merge a single command into the group."""


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the token is for, such as the name of the program that uses it.")],
    role: Annotated[Role, typer.Option(help="What its holder may do.")] = Role.TECHNICIAN,
) -> None:
    """Make an API token and print it, this once; only its hash is kept."""
    from app.db.migrating import upgrade_schema
    from app.db.session import create_database
    from app.services.tokens import create_token

    database = create_database(get_settings())
    try:
        upgrade_schema(database)
        with database.unit_of_work() as session:
            secret = create_token(session, name=name, role=role)
    finally:
        database.dispose()
    typer.echo(secret)
