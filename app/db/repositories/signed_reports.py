"""Queries about signed reports and corrections, and the locks that keep signing and changing a sample apart."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, select, text
from sqlalchemy.orm import Session, defer

from app.db.base import LARGEST_ID
from app.db.records import ReportCorrectionRecord, SampleRecord, SignedReportRecord
from app.report_errors import ReportNotFound

# Sets nothing new: it takes SQLite's write lock, so that what is read next is what stands until the commit.
_TAKE_WRITE_LOCK = text("UPDATE sample SET note = note WHERE id = :sample_id")


def hold_sample(session: Session, sample_id: int) -> None:
    """Let nobody change the sample until the transaction ends: whoever has begun to is waited for."""
    _lock_sample(session, sample_id, is_shared=False)


def keep_sample_unsigned(session: Session, sample_id: int) -> None:
    """Let nobody sign the sample until the transaction ends; others that change it go on beside this one."""
    _lock_sample(session, sample_id, is_shared=True)


def is_signed() -> ColumnElement[bool]:
    """Whether a sample stands still: its newest signed version has no correction."""
    return SampleRecord.id.in_(select(SignedReportRecord.sample_id).where(_has_no_correction()))


def signed_samples(session: Session, sample_ids: Sequence[int]) -> set[int]:
    """Those of the samples that stand still."""
    query = select(SignedReportRecord.sample_id).where(
        SignedReportRecord.sample_id.in_([one for one in sample_ids if 0 < one <= LARGEST_ID]), _has_no_correction()
    )
    return set(session.scalars(query))


def list_reports(session: Session, sample_id: int) -> Sequence[SignedReportRecord]:
    """The signed versions of a sample, the oldest first, without reading their snapshots."""
    query = select(SignedReportRecord).where(SignedReportRecord.sample_id == sample_id)
    return session.scalars(query.order_by(SignedReportRecord.version).options(defer(SignedReportRecord.snapshot))).all()


def get_report(session: Session, sample_id: int, version: int) -> SignedReportRecord:
    """One signed version of a sample.

    Raises:
        ReportNotFound: There is none.
    """
    query = select(SignedReportRecord).where(
        SignedReportRecord.sample_id == sample_id, SignedReportRecord.version == version
    )
    is_possible = 0 < sample_id <= LARGEST_ID and 0 < version < 2**31
    record = session.scalar(query) if is_possible else None
    if record is None:
        raise ReportNotFound(sample_id, version)
    return record


def find_newest_report(session: Session, sample_id: int) -> SignedReportRecord | None:
    """The newest signed version of a sample; None where nobody has signed it."""
    query = select(SignedReportRecord).where(SignedReportRecord.sample_id == sample_id)
    return session.scalars(query.order_by(SignedReportRecord.version.desc()).limit(1)).first()


def list_corrections(session: Session, sample_id: int) -> Sequence[ReportCorrectionRecord]:
    """The corrections of a sample's reports, the oldest first."""
    query = select(ReportCorrectionRecord).where(ReportCorrectionRecord.sample_id == sample_id)
    return session.scalars(query.order_by(ReportCorrectionRecord.version)).all()


def list_keys(session: Session, sample_id: int | None) -> Sequence[tuple[int, int]]:
    """Sample and version of every signed report, or of one sample's, in their order."""
    query = select(SignedReportRecord.sample_id, SignedReportRecord.version).order_by(
        SignedReportRecord.sample_id, SignedReportRecord.version
    )
    if sample_id is not None:
        query = query.where(SignedReportRecord.sample_id == sample_id)
    return [(row[0], row[1]) for row in session.execute(query)]


def _has_no_correction() -> ColumnElement[bool]:
    return ~exists().where(
        and_(
            ReportCorrectionRecord.sample_id == SignedReportRecord.sample_id,
            ReportCorrectionRecord.version == SignedReportRecord.version,
        )
    )


def _lock_sample(session: Session, sample_id: int, *, is_shared: bool) -> None:
    if not 0 < sample_id <= LARGEST_ID:
        return  # there is no such sample, and whoever reads it next says so
    if session.get_bind().dialect.name == "sqlite":
        session.execute(_TAKE_WRITE_LOCK, {"sample_id": sample_id})
        return
    # FOR SHARE against FOR NO KEY UPDATE: changes of one sample go on beside each other, but never beside its signing.
    query = select(SampleRecord.id).where(SampleRecord.id == sample_id)
    session.execute(query.with_for_update(read=True) if is_shared else query.with_for_update(key_share=True))
