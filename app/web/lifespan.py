"""Start and stop of the application: schema, image store, weights and jobs, in this order."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import structlog
from anyio import to_thread
from fastapi import FastAPI

from app.db.migrating import upgrade_schema
from app.db.session import create_database
from app.schemas.installation_figures import InstallationFigures
from app.services.accounts.provider_memory import ProviderMemory
from app.services.figures.grading import load_grading_scheme
from app.services.figures.statistics import installation_figures
from app.services.quality.delta_checks import load_delta_rules
from app.settings import Settings
from app.storage import create_image_store
from app.web.context import AppContext, EngineFactory
from app.web.live_board import LiveBoard
from app.web.live_looking import build_look
from app.web.metrics import RequestMetrics

_log = structlog.get_logger("bloodcount.lifespan")

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_lifespan(
    settings: Settings, metrics: RequestMetrics, engine_factory: EngineFactory, *, counting: bool
) -> Lifespan:
    """The lifespan of an application with these settings; requests are answered only inside it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        context = await to_thread.run_sync(
            partial(open_context, settings, engine_factory, metrics, counts_here=counting)
        )
        app.state.context = context
        _log.info("started", counting=counting)
        try:
            yield
        finally:
            context.live.close()
            await to_thread.run_sync(close_context, context)
            _log.info("stopped")

    return lifespan


def open_context(
    settings: Settings, engine_factory: EngineFactory, metrics: RequestMetrics, *, counts_here: bool
) -> AppContext:
    """Everything that requests need, started, and its numbers shown in the metrics.

    Raises:
        InvalidSettings: The grading scheme or the delta rules cannot be used.
        Unavailable: The database, the image store or the weights cannot be used; nothing is left running.
    """
    scheme = load_grading_scheme(settings.grading_scheme)
    delta_rules = load_delta_rules(settings.delta_rules)
    database = create_database(settings)
    try:
        upgrade_schema(database)
        store = create_image_store(settings)
        engine = engine_factory(settings, database, store, metrics)
        engine.start(count=counts_here)
    except BaseException:
        database.dispose()
        raise
    live = LiveBoard(build_look(database, scheme))
    context = AppContext(
        settings,
        database,
        store,
        engine,
        counts_here=counts_here,
        grading_scheme=scheme,
        delta_rules=delta_rules,
        live=live,
        metrics=metrics,
        provider_memory=ProviderMemory(),
    )
    metrics.watch_database(lambda: _read_figures(context))
    return context


def close_context(context: AppContext) -> None:
    """Finish what is being counted, hand the rest back and let go of the database."""
    context.engine.stop()
    context.database.dispose()


def _read_figures(context: AppContext) -> InstallationFigures:
    with context.database.unit_of_work() as session:
        return installation_figures(session)
