"""What batches tell of a sample or a patient, and forgetting it: groups, files, rows of manifests, the naming rule."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select
from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import BatchFileRecord, BatchRecord, BatchSampleRecord, FieldImageRecord, SampleRecord
from app.db.repositories.samples import accession_key

ERASED = "(erased)"
_AT_ONCE = 20


def forget_in_batches(session: Session, sample: SampleRecord) -> None:
    """Delete all that batches still tell of a sample that goes."""
    of_sample = (BatchSampleRecord.sample_id == sample.id) | (BatchSampleRecord.accession_key == sample.accession_key)
    groups = session.scalars(select(BatchSampleRecord).where(of_sample)).all()
    keys = {sample.accession_key, *(group.accession_key for group in groups)}
    named = or_(BatchRecord.id.in_({group.batch_id for group in groups}), *_may_name(sample.accession_number))
    for batch in session.scalars(select(BatchRecord).where(named).execution_options(yield_per=_AT_ONCE)):
        _forget(batch, keys)
    session.flush()
    group_ids = [group.id for group in groups]
    images = select(FieldImageRecord.id).where(FieldImageRecord.sample_id == sample.id)
    for conditions in (BatchFileRecord.batch_sample_id.in_(group_ids), BatchFileRecord.image_id.in_(images)):
        session.execute(delete(BatchFileRecord).where(conditions))
    session.execute(delete(BatchSampleRecord).where(BatchSampleRecord.id.in_(group_ids)))


def rows_of_patient(session: Session, patient_code: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of manifests that name a patient code, with their batch's number: of samples that never came too."""
    key = accession_key(patient_code)
    for batch in _batches_with_codes(session):
        yield from ((batch.id, row) for row in batch.manifest if _patient_key(row) == key)


def forget_patient_in_batches(session: Session, patient_code: str) -> None:
    """Delete what manifests tell of a patient code's samples; which file belongs to which sample stays."""
    key = accession_key(patient_code)
    for batch in _batches_with_codes(session):
        kept = [row | {"details": None} if _patient_key(row) == key else row for row in batch.manifest]
        if kept != batch.manifest:
            batch.manifest = kept


def _batches_with_codes(session: Session) -> Iterator[BatchRecord]:
    """Batches whose manifest names a code. Which one is not told from their JSON, where letters may be escaped."""
    query = select(BatchRecord).where(cast(BatchRecord.manifest, Text).contains('"patient_code"'))
    yield from session.scalars(query.order_by(BatchRecord.id).execution_options(yield_per=_AT_ONCE))


def _patient_key(row: dict[str, Any]) -> str:
    return accession_key(str((row.get("details") or {}).get("patient_code") or ""))


def _may_name(accession_number: str) -> tuple[ColumnElement[bool], ...]:
    """Batches whose manifest or rule may name the sample though no file of it came, told from their JSON as text."""
    if not accession_number.isascii() or any(letter in accession_number for letter in '"\\'):
        # JSON writes these otherwise: read every batch that names any.
        return cast(BatchRecord.manifest, Text) != "[]", cast(BatchRecord.rule, Text).contains('"one"')
    words = accession_number.lower()
    columns = (BatchRecord.manifest, BatchRecord.rule)
    return tuple(func.lower(cast(column, Text)).contains(words, autoescape=True) for column in columns)


def _forget(batch: BatchRecord, keys: set[str]) -> None:
    kept = [row for row in batch.manifest if not _is_named(row, keys)]
    if len(kept) < len(batch.manifest):
        batch.manifest = kept
    if _is_named(batch.rule, keys):
        batch.rule = batch.rule | {"accession_number": ERASED}
        batch.completed_at = batch.completed_at or utc_now()  # or what is sent next would make a sample of that name


def _is_named(values: dict[str, Any], keys: set[str]) -> bool:
    return accession_key(str(values.get("accession_number") or "")) in keys
