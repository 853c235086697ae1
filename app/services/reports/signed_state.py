"""Whether a sample stands still because it is signed; everything that changes a sample asks here first."""

from sqlalchemy.orm import Session

from app.db.repositories import signed_reports
from app.report_errors import SampleSigned


def refuse_signed(session: Session, sample_id: int) -> None:
    """Stop early what a signed sample refuses; ``require_unsigned`` is due when it is written.

    Raises:
        SampleSigned: Its newest version is signed, and no correction is open.
    """
    if signed_reports.signed_samples(session, [sample_id]):
        raise SampleSigned(sample_id)


def require_unsigned(session: Session, sample_id: int) -> None:
    """Make sure that the sample may be changed, and keep it so until the transaction ends.

    Raises:
        SampleSigned: Its newest version is signed, and no correction is open.
    """
    signed_reports.keep_sample_unsigned(session, sample_id)
    refuse_signed(session, sample_id)
