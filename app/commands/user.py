"""``bloodcount user``: accounts, for whoever has the server's console."""

import sys
from typing import Annotated

import typer

from app.commands.administration import administration
from app.errors import CommandFailed
from app.schemas.tokens import Role

app = typer.Typer(help="Accounts of people.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="The account's name, in whatever case.")]
_FromStandardInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, its first line.")
]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="As it will stand beside what the person does, such as j.meyer.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    full_name: Annotated[str, typer.Option(help="As signed reports print it, such as 'Dr. Jana Meyer'.")] = "",
    password_stdin: _FromStandardInput = False,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    from app.services.accounts.accounts import create_account

    password = _new_password(password_stdin)
    with administration() as session:
        account = create_account(
            session, name=name, full_name=full_name, role=role, password=password, must_change_password=False
        )
    typer.echo(f"{account.name} can sign in, as {account.role}.")


@app.command("list")
def list_all() -> None:
    """List the accounts."""
    from rich.console import Console
    from rich.table import Table

    from app.services.accounts.accounts import list_accounts

    with administration() as session:
        accounts = list_accounts(session)
    table = Table("name", "full name", "role", "state", "made")
    for account in accounts:
        state = "disabled" if account.is_disabled else "open"
        table.add_row(account.name, account.full_name or "", account.role, state, f"{account.created_at:%Y-%m-%d}")
    Console().print(table)


@app.command()
def disable(name: _Name) -> None:
    """Close an account and end its sessions."""
    from app.services.accounts.accounts import account_by_name, disable_account

    with administration() as session:
        account = account_by_name(session, name)
        disable_account(session, account.id)
    typer.echo(f"{account.name} can no longer sign in.")


@app.command()
def enable(name: _Name) -> None:
    """Open an account that was disabled."""
    from app.services.accounts.accounts import account_by_name, enable_account

    with administration() as session:
        account = account_by_name(session, name)
        enable_account(session, account.id)
    typer.echo(f"{account.name} can sign in again.")


@app.command("set-role")
def set_role(name: _Name, role: Annotated[Role, typer.Option(help="What the person may do.")]) -> None:
    """Give an account another role."""
    from app.services.accounts.accounts import account_by_name, change_role

    with administration() as session:
        account = account_by_name(session, name)
        change_role(session, account.id, role)
    typer.echo(f"{account.name} is {role} now.")


@app.command("set-full-name")
def set_full_name(
    name: _Name, full_name: Annotated[str, typer.Argument(help="As signed reports print it; empty for none.")]
) -> None:
    """Enter the full name of an account's holder; reports signed before keep the one of their day."""
    from app.services.accounts.accounts import account_by_name, change_full_name

    with administration() as session:
        account = account_by_name(session, name)
        change_full_name(session, account.id, full_name)
        changed = account_by_name(session, name)
    told = f"signs as {changed.full_name}" if changed.full_name else "signs with the account's name alone"
    typer.echo(f"{changed.name} {told} from now on.")


@app.command("reset-password")
def reset_password(name: _Name, password_stdin: _FromStandardInput = False) -> None:
    """Set a password that has to be changed at the next sign-in, end the account's sessions and every wait."""
    from app.services.accounts import accounts

    password = _new_password(password_stdin)
    with administration() as session:
        account = accounts.account_by_name(session, name)
        accounts.reset_password(session, account.id, password)
    typer.echo(f"{account.name} signs in with the new password and then has to choose another.")


def _new_password(is_from_standard_input: bool) -> str:  # noqa: FBT001 - the option's value
    if is_from_standard_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandFailed("there is no terminal to ask for the password on; give it with --password-stdin.")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
