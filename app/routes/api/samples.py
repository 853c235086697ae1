"""``/api/v1/samples``: register, find and read samples."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, status

from app.schemas.samples import NewSample, SampleDetail, SamplePage, SampleStatus, SampleSummary
from app.services.samples.sample_filters import registered_between
from app.services.samples.samples import create_sample, sample_detail, sample_history
from app.web.dependencies import GradingSchemeDep, SessionDep

router = APIRouter(prefix="/api/v1", tags=["samples"])


@router.post("/samples", status_code=status.HTTP_201_CREATED)
def submit_sample(session: SessionDep, new: NewSample) -> SampleSummary:
    """Register a sample under its accession number."""
    return create_sample(session, new=new)


@router.get("/samples")
def show_samples(
    *,
    session: SessionDep,
    query: Annotated[str | None, Query(description="Part of the accession number or of the patient code.")] = None,
    status: Annotated[SampleStatus | None, Query(description="Only samples that stand there now.")] = None,
    has_warnings: Annotated[bool, Query(description="Only samples with a warning.")] = False,
    needs_review: Annotated[
        bool, Query(description="Only unsigned samples with unidentified white cells, or images that gave no counts.")
    ] = False,
    since: Annotated[date | None, Query(description="Registered on this day (UTC) or later.")] = None,
    until: Annotated[date | None, Query(description="Registered on this day (UTC) or before.")] = None,
    after: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most samples on the page.")] = 50,
) -> SamplePage:
    """A page of samples, newest first; `query` is looked for in accession numbers and patient codes."""
    wanted = registered_between(since, until, has_warnings=has_warnings, needs_review=needs_review)
    return sample_history(session, query=query, status=status, wanted=wanted, after=after, limit=limit)


@router.get("/samples/{sample_id}")
def show_sample(session: SessionDep, scheme: GradingSchemeDep, sample_id: int) -> SampleDetail:
    """A sample: its status, its images, and over all counted ones its counts, differential and morphology."""
    return sample_detail(session, sample_id=sample_id, scheme=scheme)
