"""A sample's manual differentials with all that its page shows of them, for programs."""

from sqlalchemy.orm import Session

from app.schemas.differential_answers import CellsApart, KeptDifferential, PhotographComparison, SampleDifferentials
from app.schemas.findings import Differential
from app.schemas.manual_differentials import ManualDifferential
from app.services.reviews.differential_comparison import compare_differentials
from app.services.reviews.manual_differentials import sample_differentials
from app.services.samples.samples import sample_detail


def kept_differentials(session: Session, *, sample_id: int) -> SampleDifferentials:
    """Every manual count of a sample, the newest first, beside the differential of its photographs.

    Raises:
        SampleNotFound: There is no such sample.
    """
    sample = sample_detail(session, sample_id=sample_id)
    return SampleDifferentials(
        sample_id=sample.id,
        accession_number=sample.accession_number,
        differentials=tuple(
            _kept(one, sample.differential) for one in sample_differentials(session, sample_id=sample_id)
        ),
    )


def _kept(one: ManualDifferential, automatic: Differential | None) -> KeptDifferential:
    comparison = compare_differentials(one, automatic)
    apart = {cell_type: CellsApart(n=n, per_100=one.per_100(cell_type)) for cell_type, n in one.apart.items()}
    return KeptDifferential(
        **one.model_dump(exclude={"sample_id", "apart"}),
        apart=apart,
        comparison=None if comparison is None else PhotographComparison.model_validate(comparison.model_dump()),
    )
