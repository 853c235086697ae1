"""``/api/v1/quality/lots``: control material and its judged runs, for programs. People record and decide."""

from fastapi import APIRouter

from app.schemas.control_answers import ControlLots, LotRuns
from app.services.quality.control_answers import control_lots, lot_runs
from app.web.dependencies import SessionDep

router = APIRouter(prefix="/api/v1/quality", tags=["quality"])


@router.get("/lots")
def show_lots(session: SessionDep) -> ControlLots:
    """Every lot of control material with its targets, those in use first."""
    return control_lots(session)


@router.get("/lots/{lot_id}/runs")
def show_runs(session: SessionDep, lot_id: int) -> LotRuns:
    """A lot's newest runs, the newest first: each value against its target, with the Westgard rules that it breaks."""
    return lot_runs(session, lot_id=lot_id)
