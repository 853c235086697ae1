"""``bloodcount worker``: counts queued images for web servers that leave the counting to others."""

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from app.jobs import FieldCounter


def worker() -> None:
    """Count queued images, without a web server, until stopped by Ctrl-C or SIGTERM."""
    count_until_stopped(get_settings())


def count_until_stopped(
    settings: Settings, *, counter_factory: "Callable[[Settings], FieldCounter] | None" = None
) -> None:
    """Be a worker, with the weights that the settings name or what the factory makes, until a signal comes."""
    from app.db.migrating import upgrade_schema
    from app.db.session import create_database
    from app.jobs import CountingRuntime, JobEngine
    from app.storage import create_image_store
    from app.web.logging_setup import configure_logging

    configure_logging(settings)
    is_stopped = threading.Event()
    database = create_database(settings)
    try:
        upgrade_schema(database)
        runtime = CountingRuntime(settings, counter_factory=counter_factory)
        engine = JobEngine(settings, database, create_image_store(settings), runtime)
        engine.start(count=True)
        # Only now: until the weights are loaded, a signal ends the process at once, and nothing is lost by it.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: is_stopped.set())
        typer.echo("Bloodcount is counting queued images; stop with Ctrl-C.", err=True)
        is_stopped.wait()
        engine.stop()
    finally:
        database.dispose()
