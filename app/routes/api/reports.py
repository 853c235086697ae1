"""``/api/v1/samples/{id}/reports``: a sample's signed versions, for programs. People sign; programs read."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.schemas.signed_reports import ReportVerification, SampleReports, SignedReport
from app.services.reports.reports import sample_reports, signed_report, verify_report
from app.web.dependencies import ContextDep, SessionDep
from app.web.report_files import signed_pdf

router = APIRouter(prefix="/api/v1/samples/{sample_id}/reports", tags=["reports"])


@router.get("")
def show_reports(session: SessionDep, sample_id: int) -> SampleReports:
    """A sample's signed versions, the oldest first, and its open correction."""
    return sample_reports(session, sample_id=sample_id)


@router.get("/{version}.pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def show_report_pdf(context: ContextDep, sample_id: int, version: int) -> Response:
    """A signed version as a PDF file."""
    return signed_pdf(context, sample_id=sample_id, version=version)


@router.get("/{version}")
def show_report(session: SessionDep, sample_id: int, version: int) -> SignedReport:
    """A signed version: everything that was signed, its hash, and what is wrong with that."""
    return signed_report(session, sample_id=sample_id, version=version)


@router.get("/{version}/verification")
def show_verification(session: SessionDep, sample_id: int, version: int) -> ReportVerification:
    """Whether a signed version, its place among the versions and its cells are as they were signed; worked out anew."""
    faults = verify_report(session, sample_id=sample_id, version=version)
    return ReportVerification(sample_id=sample_id, version=version, is_as_signed=not faults, faults=faults)
