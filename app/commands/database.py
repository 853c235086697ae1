"""``bloodcount db``: bring the database to this version's schema, or look whether it is there."""

import typer

from app.settings import get_settings

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Apply the migrations that are missing; 'bloodcount serve' does so by itself."""
    from app.db.migrating import upgrade_schema
    from app.db.session import create_database

    database = create_database(get_settings())
    try:
        upgrade_schema(database)
    finally:
        database.dispose()
    typer.echo("The database has the schema of this version.")


@app.command()
def check() -> None:
    """Exit 0 if the database answers and has the schema of this version, 1 otherwise."""
    from app.db.migrating import is_schema_current
    from app.db.session import create_database

    database = create_database(get_settings())
    try:
        database.check()
        is_current = is_schema_current(database)
    finally:
        database.dispose()
    if not is_current:
        typer.echo("bloodcount: The database lacks migrations; run 'bloodcount db upgrade'.", err=True)
        raise typer.Exit(1)
    typer.echo("The database answers and has the schema of this version.")
