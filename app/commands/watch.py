"""``bloodcount watch``: sends what appears in a folder of a microscope's computer to a server."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import CommandFailed
from app.settings import get_settings

if TYPE_CHECKING:
    from app.schemas.batches import GroupingRule

_GROUP_HELP = (
    "How files are grouped into samples: 'folder', 'before-first:_', 'before-last:_' (the file's name up to the first "
    "or last such sign), 'file', or 'one:NUMBER'."
)


def watch(  # noqa: PLR0917 - Typer calls it by name
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to watch, with the folders in it.")],
    server: Annotated[str, typer.Option(help="Address of the server, such as http://counting:8000.")],
    group: Annotated[str, typer.Option(help=_GROUP_HELP)] = "folder",
    settle: Annotated[
        float, typer.Option(min=0.1, help="Seconds for which a file must not have changed to be taken for complete.")
    ] = 5.0,
    state: Annotated[
        Path | None, typer.Option(help="File that remembers what was sent.  [default: in your own state folder]")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Send what is there now and end.")] = False,
) -> None:
    """Send the photographs that appear in a folder, each once, and go on until stopped by Ctrl-C.

    Nothing in the folder is moved, changed or marked. A token is read from BLOODCOUNT_API_TOKEN.
    """
    token = get_settings().api_token
    rule = _rule(group)
    _check(folder, server)

    from app.commands.watch_folder import Watcher
    from app.commands.watch_server import BatchServer
    from app.commands.watch_state import SentFiles, state_file

    is_stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_stopped.set())
    remembered = state or state_file(folder, server)
    with SentFiles.open(remembered) as sent, BatchServer(server, token, is_stopped, tell=typer.echo) as batches:
        typer.echo(f"Watching {folder.resolve()} for {server}; what was sent is remembered in {remembered}.")
        Watcher(folder, rule, sent, batches, settle_s=settle, tell=typer.echo, is_stopped=is_stopped).run(once=once)
    is_cut = is_stopped.is_set()
    typer.echo("Stopped. What was not sent yet is sent at the next start." if is_cut else "Nothing is left to send.")


def _check(folder: Path, server: str) -> None:
    """Pass a folder that exists and an address that can be one.

    Raises:
        CommandFailed: One of them is none.
    """
    if not folder.is_dir():
        raise CommandFailed(f"{folder} is no folder; give the folder where the camera saves its photographs.")
    if not server.startswith(("http://", "https://")):
        raise CommandFailed(f"{server!r} is no address of a server; give one such as http://counting:8000.")


def _rule(text: str) -> "GroupingRule":
    """The rule that an option names.

    Raises:
        BadParameter: There is no such rule.
    """
    from pydantic import ValidationError

    from app.schemas.batches import GroupingRule

    name, _, value = text.partition(":")
    by = name.replace("-", "_")
    try:
        if by == "one" and value:
            return GroupingRule.model_validate({"by": by, "accession_number": value})
        if by in {"before_first", "before_last"}:
            return GroupingRule.model_validate({"by": by, "separator": value or "_"})
        if by in {"folder", "file"} and not value:
            return GroupingRule.model_validate({"by": by})
    except ValidationError:
        pass  # told below, with what is possible
    raise typer.BadParameter(f"{text!r} is no way of grouping. {_GROUP_HELP}", param_hint="--group")
