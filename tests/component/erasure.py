"""What the tests of erasure begin with: old, signed and named samples, and what the audit trail says of them."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.db.base import Record, utc_now
from app.db.records import AuditEventRecord, FieldImageRecord, SampleRecord, SignedReportRecord
from app.db.repositories import samples
from app.schemas.counts import ClassCounts
from app.services.audit import verify_chain
from app.services.queue.results import image_result
from tests.component.upload_desk import UploadDesk
from tests.signing_in import open_test_session

CODE = "P-4711"


def age(desk: UploadDesk, days: int, *, sample_ids: Iterable[int] = ()) -> None:
    """Let everything, or some samples, be so old."""
    then = utc_now() - timedelta(days=days)
    with desk.database.unit_of_work() as session:
        wanted = list(sample_ids) or [desk.sample_id]
        session.execute(update(SampleRecord).where(SampleRecord.id.in_(wanted)).values(created_at=then))
        images = update(FieldImageRecord).where(FieldImageRecord.sample_id.in_(wanted))
        session.execute(images.values(uploaded_at=then, changed_at=then))


def name_patient(desk: UploadDesk, code: str = CODE) -> None:
    with desk.database.unit_of_work() as session:
        sample = samples.get_sample(session, desk.sample_id)
        sample.patient_code, sample.patient_key = code, samples.accession_key(code)


def sign(desk: UploadDesk, sample_id: int) -> None:
    """Put a signed version beside a sample."""
    open_test_session(desk.database, name="signer")
    with desk.database.unit_of_work() as session:
        session.add(
            SignedReportRecord(
                sample_id=sample_id,
                version=1,
                signer_id=1,
                signer="signer",
                meaning="reviewed",
                signed_at=utc_now(),
                snapshot='{"signed": true}',
                sha256="0" * 64,
            )
        )


def rows_of_everything(desk: UploadDesk) -> dict[str, int]:
    """How many rows each table has, but for the audit trail, accounts and what starts with every database."""
    with desk.database.unit_of_work() as session:
        tables = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Record.metadata.sorted_tables
        }
    return {name: number for name, number in tables.items() if number and not name.startswith(("audit_", "account"))}


def audit_text(desk: UploadDesk) -> str:
    """Everything that the audit trail holds, as text; the chain is whole."""
    with desk.database.unit_of_work() as session:
        assert verify_chain(session).faults == ()
        entries = session.scalars(select(AuditEventRecord)).all()
        return "\n".join(
            f"{one.action} {one.subject_kind} {one.subject_id} {one.old_values} {one.new_values} {one.reason}"
            for one in entries
        )


def counts_of(session: Session, image_id: int) -> ClassCounts:
    """The counts of an image, which has some."""
    counts = image_result(session, image_id=image_id).counts
    assert counts is not None
    return counts


def index_content(session: Session) -> bytes:
    """All that SQLite's index of parts of keys holds; nothing on PostgreSQL, whose indexes forget by themselves."""
    if session.get_bind().dialect.name != "sqlite":
        return b""
    return b"".join(session.scalars(text("SELECT block FROM sample_key_parts_data")))
