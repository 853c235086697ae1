"""``/api/v1/samples/{id}/differentials``: what persons counted by hand on a sample."""

from fastapi import APIRouter

from app.schemas.differential_answers import SampleDifferentials
from app.services.reviews.kept_differentials import kept_differentials
from app.web.dependencies import SessionDep

router = APIRouter(prefix="/api/v1", tags=["differentials"])


@router.get("/samples/{sample_id}/differentials")
def show_differentials(session: SessionDep, sample_id: int) -> SampleDifferentials:
    """A sample's manual differentials, the newest first, with exact intervals and beside what its photographs show."""
    return kept_differentials(session, sample_id=sample_id)
