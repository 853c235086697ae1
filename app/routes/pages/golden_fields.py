"""Marking reviewed fields as the truth that weights are judged by."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from app.services.quality.golden_fields import mark_golden, withdraw_golden
from app.web.dependencies import SessionDep

router = APIRouter()


@router.post("/images/{image_id}/golden")
def submit_golden(session: SessionDep, image_id: int) -> RedirectResponse:
    """Let a reviewed field, as it stands now, judge weights."""
    mark_golden(session, image_id=image_id)
    return RedirectResponse(f"/images/{image_id}", status_code=303)


@router.post("/images/{image_id}/golden/withdraw")
def submit_withdrawal(session: SessionDep, image_id: int) -> RedirectResponse:
    """Let a field judge weights no more."""
    withdraw_golden(session, image_id=image_id)
    return RedirectResponse(f"/images/{image_id}", status_code=303)
