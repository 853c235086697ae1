"""Proof that a signed report is as it was signed: its hash, its columns, its place among the versions, its cells."""

import json
from collections.abc import Iterator, Sequence

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.db.records import AnalysisRecord, SignedReportRecord
from app.schemas.result_record import CellEntry
from app.schemas.signed_reports import ReportFault, ReportField, SignedContent
from app.services.reports.canonical_json import canonical_json, sha256_of
from app.services.reviews.cells_as_reviewed import cells_sha256, record_at_revision


def snapshot_faults(record: SignedReportRecord, former_sha256: str | None) -> Iterator[ReportFault]:
    """What is wrong with a stored version itself; ``former_sha256`` is the hash of the version before it, if any."""
    found = sha256_of(record.snapshot)
    if found != record.sha256:
        yield ReportFault(
            code="hash_differs", message=f"Its content has the SHA-256 {found}, but was signed with {record.sha256}."
        )
    content = _readable(record)
    if content is None:
        yield ReportFault(code="unreadable", message="Its content is no signed report that this program can read.")
        return
    if canonical_json(json.loads(record.snapshot)) != record.snapshot:
        yield ReportFault(code="not_canonical", message="Its content is not written as this program writes it.")
    repeated = (record.sample_id, record.version, record.signer_id, record.signer, record.meaning, record.signed_at)
    signature = content.signature
    signed = (
        content.sample.id,
        content.version,
        signature.account_id,
        signature.signer,
        signature.meaning.id,
        signature.signed_at,
    )
    if repeated != signed:
        yield ReportFault(code="columns_differ", message="What the database says beside its content differs from it.")
    replaced = content.replaces.sha256 if content.replaces else None
    if replaced != former_sha256:
        yield ReportFault(code="chain_broken", message="The version that it replaces is not the one that stands there.")


def cell_faults(session: Session, record: SignedReportRecord) -> Iterator[ReportFault]:
    """Fields whose cells, as the database has them at the signed revision, are not those that were signed."""
    content = _readable(record)
    for field in content.fields if content else ():
        if field.cells_sha256 is not None and signed_cells(session, field) is None:
            yield ReportFault(
                code="cells_differ",
                message=f"The cells of image number {field.image_id}, revision {field.revision}, are not those signed.",
            )


def signed_cells(session: Session, field: ReportField) -> Sequence[CellEntry] | None:
    """The cells of a signed field; None where those in the database are not the ones that were signed."""
    analysis = session.get(AnalysisRecord, field.analysis_id)
    if analysis is None:
        return None
    try:
        cells = record_at_revision(session, analysis, field.revision).cells
        return cells if cells_sha256(cells) == field.cells_sha256 else None
    except ValidationError:
        return None  # what stands there now is no cell
    finally:
        session.expire(analysis, ["result_json"])


def _readable(record: SignedReportRecord) -> SignedContent | None:
    try:
        return SignedContent.model_validate_json(record.snapshot)
    except ValidationError:
        return None
