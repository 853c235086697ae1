"""Samples: register one, show one, find them again."""

from sqlalchemy.orm import Session

from app.schemas.samples import NewSample, SampleDetail, SamplePage, SampleStatus, SampleSummary


def create_sample(session: Session, *, new: NewSample) -> SampleSummary:
    """Register a sample under its accession number.

    Raises:
        AccessionNumberTaken: The number exists already, in whatever upper or lower case.
    """
    raise NotImplementedError


def sample_detail(session: Session, *, sample_id: int) -> SampleDetail:
    """A sample with its images in upload order, and its counts pooled over them.

    Raises:
        SampleNotFound: There is no such sample.
    """
    raise NotImplementedError


def sample_history(
    session: Session,
    *,
    query: str | None = None,
    status: SampleStatus | None = None,
    after: str | None = None,
    limit: int = 50,
) -> SamplePage:
    """A page of samples, newest first.

    Args:
        session: The unit of work to read in.
        query: Part of the accession number, in any case; None or blank for every sample.
        status: Only samples that stand there now.
        after: The ``next_cursor`` of the page before; None for the first page.
        limit: Most samples on the page, 1 to 200.

    Raises:
        InvalidInput: The cursor is none that a page gave, or the limit is out of range.
    """
    raise NotImplementedError
