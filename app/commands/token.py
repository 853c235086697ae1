"""``bloodcount token``: API tokens for programs that call ``/api/v1``."""

from typing import Annotated

import typer

from app.commands.administration import administration
from app.schemas.tokens import Role

app = typer.Typer(help="Tokens for programs that use the API.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the token is for, such as the name of the program that uses it.")],
    role: Annotated[Role, typer.Option(help="What its holder may do.")] = Role.TECHNICIAN,
    scope: Annotated[
        list[str] | None, typer.Option(help="Limit it to this, such as samples:read; may be given several times.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days that it is good for.  [default: until it is revoked]")] = None,
) -> None:
    """Make an API token and print it, this once; only its hash is kept."""
    from app.services.accounts.tokens import create_token

    with administration() as session:
        secret = create_token(session, name=name, role=role, scopes=scope or None, days=days)
    typer.echo(secret)


@app.command("list")
def list_all() -> None:
    """List the tokens, the newest first."""
    from rich.console import Console
    from rich.table import Table

    from app.services.accounts.tokens import list_tokens

    with administration() as session:
        tokens = list_tokens(session)
    table = Table("number", "name", "role", "limited to", "made", "ends", "last used", "revoked")
    for token in tokens:
        moments = (token.created_at, token.expires_at, token.last_used_at, token.revoked_at)
        days = [f"{moment:%Y-%m-%d}" if moment else "never" for moment in moments]
        scopes = "all of its role" if token.scopes is None else ", ".join(token.scopes)
        table.add_row(str(token.id), token.name, token.role, scopes, *days)
    Console().print(table)


@app.command()
def revoke(number: Annotated[int, typer.Argument(help="The token's number, from 'bloodcount token list'.")]) -> None:
    """Let a token open nothing any more."""
    from app.services.accounts.tokens import revoke_token

    with administration() as session:
        revoke_token(session, number)
    typer.echo(f"Token {number} opens nothing any more.")
