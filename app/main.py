"""The web application, put together. Importing this never imports PyTorch: only starting it with counting does."""

from collections.abc import Callable
from functools import partial

from fastapi import Depends, FastAPI

from app.db.session import Database
from app.jobs import CountingRuntime, FieldCounter, JobEngine
from app.resources import app_version, resource_folder
from app.routes import api, health, pages
from app.settings import Settings, get_settings
from app.storage import ImageStore
from app.web.access import AccessMiddleware, confirm_access
from app.web.access_rules import ACCESS_RULES
from app.web.admission import AdmissionMiddleware
from app.web.body_limit import BodyLimitMiddleware
from app.web.context import AppContext, CountingEngine
from app.web.host_check import HostMiddleware
from app.web.lifespan import build_lifespan
from app.web.logging_setup import configure_logging
from app.web.metrics import RequestMetrics
from app.web.problem_handlers import install_problem_handlers
from app.web.request_log import RequestLogMiddleware
from app.web.security import SameSiteMiddleware, SecurityHeadersMiddleware
from app.web.static_files import RevalidatedStaticFiles

CounterFactory = Callable[[Settings], FieldCounter]


def create_app(
    settings: Settings | None = None, *, counting: bool = True, counter_factory: CounterFactory | None = None
) -> FastAPI:
    """The application; its lifespan migrates the database, loads the weights and starts the jobs.

    Args:
        settings: Where everything lies and what is allowed; None reads the environment.
        counting: False leaves the counting to workers, and no weights are loaded.
        counter_factory: What counts instead of the weights that the settings name.
    """
    settings = settings or get_settings()
    configure_logging(settings)
    metrics = RequestMetrics()

    app = FastAPI(
        title="Bloodcount",
        summary="Counts red cells, white cells and platelets on photographs of blood smears. Research use only.",
        version=app_version(),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # both pages load scripts from a CDN
        redoc_url=None,
        lifespan=build_lifespan(
            settings, metrics, partial(build_engine, counter_factory=counter_factory), counting=counting
        ),
        dependencies=[Depends(confirm_access)],
        form_limits={"max_files": 2 * settings.max_files_per_upload},  # past the limit, counted, refused in words
    )
    app.state.metrics = metrics
    app.state.access_rules = dict(ACCESS_RULES)
    install_problem_handlers(app)
    for router in (pages.router, api.router, health.router):
        app.include_router(router)
    app.mount("/static", RevalidatedStaticFiles(directory=resource_folder("static")), name="static")
    # The last one added is the outermost: headers go on every answer, also on those of the guards.
    app.add_middleware(BodyLimitMiddleware, upload_limit_bytes=settings.max_request_bytes)
    app.add_middleware(AdmissionMiddleware)
    app.add_middleware(AccessMiddleware)
    app.add_middleware(SameSiteMiddleware)
    app.add_middleware(HostMiddleware, allowed_hosts=settings.allowed_hosts)
    app.add_middleware(RequestLogMiddleware, metrics=metrics)
    app.add_middleware(SecurityHeadersMiddleware)
    return app


def create_worker_site(context: AppContext) -> FastAPI:
    """What a worker shows to the machines that watch it: its health and its measurements, and no page."""
    app = FastAPI(title="Bloodcount worker", openapi_url=None)
    app.state.context, app.state.metrics = context, context.metrics
    install_problem_handlers(app)
    app.include_router(health.router)
    app.add_middleware(RequestLogMiddleware, metrics=context.metrics)
    app.add_middleware(SecurityHeadersMiddleware)
    return app


def build_engine(
    settings: Settings,
    database: Database,
    store: ImageStore,
    metrics: RequestMetrics,
    *,
    counter_factory: CounterFactory | None = None,
) -> CountingEngine:
    """The job engine of a process, which shows its measurements with the others of the process."""
    runtime = CountingRuntime(settings, counter_factory=counter_factory)
    return JobEngine(
        settings,
        database,
        store,
        runtime,
        registry=metrics.registry,
        # A stand-in for the network counts no two drawings alike and has no release to be held to.
        check_golden_fields=counter_factory is None,
    )
