"""Signed reports: which versions a sample has, one of them whole, and whether each is as it was signed."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.db.records import SignedReportRecord
from app.db.repositories import samples, signed_reports
from app.report_errors import ReportDamaged
from app.schemas.samples import SampleDetail
from app.schemas.signed_reports import (
    OpenCorrection,
    ReportFault,
    ReportVersion,
    SampleReports,
    SignedContent,
    SignedReport,
)
from app.services.reports.report_verification import cell_faults, snapshot_faults


def sample_reports(session: Session, *, sample_id: int) -> SampleReports:
    """A sample's signed versions, and the correction that is open.

    Raises:
        SampleNotFound: There is no such sample.
    """
    sample = samples.get_sample(session, sample_id)
    records = signed_reports.list_reports(session, sample_id)
    corrections = signed_reports.list_corrections(session, sample_id)
    newest = records[-1].version if records else 0
    is_open = bool(corrections) and corrections[-1].version == newest
    return SampleReports(
        sample_id=sample.id,
        accession_number=sample.accession_number,
        is_signed=newest > 0 and not is_open,
        versions=tuple(_version(record, newest) for record in records),
        correction=OpenCorrection.model_validate(corrections[-1], from_attributes=True) if is_open else None,
    )


def signed_report(session: Session, *, sample_id: int, version: int) -> SignedReport:
    """A signed version with its content, and what is wrong with its hash; its cells are not looked at.

    Raises:
        SampleNotFound: There is no such sample.
        ReportNotFound: The sample has no such version.
        ReportDamaged: It cannot be read any more.
    """
    samples.get_sample(session, sample_id)
    record = signed_reports.get_report(session, sample_id, version)
    newest = signed_reports.find_newest_report(session, sample_id)
    try:
        content = SignedContent.model_validate_json(record.snapshot)
    except ValidationError as error:
        raise ReportDamaged(sample_id, version) from error
    return SignedReport(
        sample_id=sample_id,
        version=version,
        sha256=record.sha256,
        replaced_by=version + 1 if newest and newest.version > version else None,
        faults=tuple(snapshot_faults(record, _former_sha256(session, record))),
        content=content,
    )


def is_as_signed(session: Session, *, sample: SampleDetail) -> bool:
    """Whether a signed sample's figures, worked out now, are those of its newest report.

    Its cells stand still; ranges, profiles and schemes that the laboratory has changed since do not.

    Raises:
        ReportNotFound: It was never signed.
    """
    try:
        newest = signed_report(session, sample_id=sample.id, version=sample.report_versions[-1].version)
    except ReportDamaged:
        return False
    signed = newest.content
    return (signed.figures, signed.differential, signed.morphology) == (
        sample.figures,
        sample.differential,
        sample.morphology,
    )


def report_snapshot(session: Session, *, sample_id: int, version: int) -> str:
    """The very text that was signed and hashed.

    Raises:
        SampleNotFound: There is no such sample.
        ReportNotFound: The sample has no such version.
    """
    samples.get_sample(session, sample_id)
    return signed_reports.get_report(session, sample_id, version).snapshot


def report_keys(session: Session, *, sample_id: int | None = None) -> Sequence[tuple[int, int]]:
    """Sample and version of every signed report, or of one sample's."""
    return signed_reports.list_keys(session, sample_id)


def verify_report(session: Session, *, sample_id: int, version: int) -> tuple[ReportFault, ...]:
    """Everything about a signed version that is not as it was signed: its hash, its place, its cells.

    Raises:
        ReportNotFound: The sample has no such version.
    """
    record = signed_reports.get_report(session, sample_id, version)
    return tuple(_faults(session, record))


def _faults(session: Session, record: SignedReportRecord) -> Iterator[ReportFault]:
    yield from snapshot_faults(record, _former_sha256(session, record))
    yield from cell_faults(session, record)


def _former_sha256(session: Session, record: SignedReportRecord) -> str | None:
    if record.version == 1:
        return None
    return signed_reports.get_report(session, record.sample_id, record.version - 1).sha256


def _version(record: SignedReportRecord, newest: int) -> ReportVersion:
    return ReportVersion(
        version=record.version,
        signer=record.signer,
        meaning=record.meaning,
        signed_at=record.signed_at,
        sha256=record.sha256,
        replaced_by=record.version + 1 if record.version < newest else None,
    )
