"""Whether the application lives and works, for the machines that watch it."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.web.dependencies import ContextDep
from app.web.readiness import check_readiness

router = APIRouter(tags=["health"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def show_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
def show_readiness(context: ContextDep) -> JSONResponse:
    """Database, image store and weights work, or a sentence about the one that does not."""
    readiness = check_readiness(context)
    return JSONResponse(readiness.model_dump(), status_code=200 if readiness.is_ready else 503)


@router.get("/metrics")
def show_metrics(request: Request) -> Response:
    """Measurements in Prometheus' text format."""
    return Response(request.app.state.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
