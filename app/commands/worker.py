"""``bloodcount worker``: counts queued images for web servers that leave the counting to others."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from app.settings import get_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.settings import Settings

_SECONDS_FOR_WATCHERS = 1


def worker() -> None:
    """Count queued images, without a web server, until stopped by Ctrl-C or SIGTERM.

    With BLOODCOUNT_WORKER_PORT it tells its health and its measurements at /healthz, /readyz and /metrics.
    """
    settings = get_settings()

    from app.main import build_engine, create_worker_site
    from app.web.lifespan import close_context, open_context
    from app.web.logging_setup import configure_logging
    from app.web.metrics import RequestMetrics

    configure_logging(settings)
    is_stopped = threading.Event()
    metrics = RequestMetrics()
    context = open_context(settings, build_engine, metrics, counts_here=True)
    try:
        # Only now: until the weights are loaded, a signal ends the process at once, and nothing is lost by it.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: is_stopped.set())
        with _watched(create_worker_site(context), settings):
            typer.echo("Bloodcount is counting queued images; stop with Ctrl-C.", err=True)
            is_stopped.wait()
    finally:
        close_context(context)


@contextlib.contextmanager
def _watched(site: "FastAPI", settings: "Settings") -> Iterator[None]:
    """Serve the worker's few addresses beside the counting, where the settings name a port."""
    if not settings.worker_port:
        yield
        return

    import uvicorn

    from app.commands.serve import listener

    with listener(settings.host, settings.worker_port) as opened:
        config = uvicorn.Config(
            site, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=_SECONDS_FOR_WATCHERS
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, name="watchers", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(2 * _SECONDS_FOR_WATCHERS)
