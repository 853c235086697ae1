"""``bloodcount serve``: the web application, with the counting in the same process unless told otherwise."""

import asyncio
import contextlib
import math
import signal
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from app.errors import AddressUnavailable
from app.settings import get_settings

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn
    from fastapi import FastAPI

    from app.db.session import Database


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.  [default: BLOODCOUNT_HOST, 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.  [default: BLOODCOUNT_PORT, 8000]"),
    ] = None,
    no_counting: Annotated[bool, typer.Option("--no-counting", help="Leave the counting to workers.")] = False,
) -> None:
    """Migrate the database, load the weights and serve the web application."""
    settings = get_settings()

    import uvicorn

    from app.main import create_app

    with listener(host or settings.host, settings.port if port is None else port) as opened:
        app = create_app(settings, counting=not no_counting)
        config = uvicorn.Config(
            app,
            lifespan="off",  # entered below, so that a refusal to start is one sentence and not a traceback
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=math.ceil(settings.stop_seconds),
        )
        asyncio.run(_serve(app, config, opened))


@contextlib.contextmanager
def listener(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket, taken before the slow part of the start.

    Raises:
        AddressUnavailable: The address is taken, not allowed or not on this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise AddressUnavailable(host, port, error.strerror or str(error)) from error
    with opened:
        yield opened


async def _serve(app: "FastAPI", config: "uvicorn.Config", opened: socket.socket) -> None:
    import uvicorn

    from app.web.context import context_of

    class Server(uvicorn.Server):
        """Ends the event streams at the first signal: by themselves they would go on for a minute."""

        def handle_exit(self, sig: int, frame: "FrameType | None") -> None:
            context_of(app).live.close()
            super().handle_exit(sig, frame)

    async with app.router.lifespan_context(app):
        host, port = opened.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        typer.echo(f"Bloodcount is ready: {address}", err=True)
        _offer_set_up(context_of(app).database, address)
        # uvicorn stops on these signals by handlers of its own, puts back those set here and raises the signal once
        # more; with the default handlers the process would then end before the lifespan does.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        await Server(config).serve(sockets=[opened])


def _offer_set_up(database: "Database", address: str) -> None:
    """Print the one-time link that makes the first account, where nobody has one."""
    from app.services.accounts.setup_links import VALID_MINUTES, issue_setup_link

    with database.unit_of_work() as session:
        secret = issue_setup_link(session)
    if secret is not None:
        # An address that stands for all of them leads nowhere in a browser.
        reachable = address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
        typer.echo(
            f"Nobody has an account yet. Make the first one, within {VALID_MINUTES} minutes, over this link, which "
            f"works once:\n\n  {reachable}/setup?key={secret}\n",
            err=True,
        )
