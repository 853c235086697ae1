"""Everything that is kept under a patient code as one ZIP file: records as JSON, photographs without camera notes."""

import json
import zipfile
from typing import IO, Any

from sqlalchemy.orm import Session

from app.db.repositories import erasing, samples, signed_reports
from app.errors import BloodcountError, ResultNotReady
from app.schemas.audit import AuditAction
from app.services.audit import record_event
from app.services.images.decoding.reader import ImageReader
from app.services.images.served_images import whole_image
from app.services.queue.results import image_content, image_result
from app.services.reviews.reviews import field_review
from app.services.samples.patients import manifest_rows, patient_samples
from app.services.samples.samples import sample_detail
from app.storage import ImageStore

_TOLD_ELSEWHERE = frozenset({"sample", "signed_report", "concealed_value"})
"""In files of their own, or, the last, what the audit trail puts in the place of names that are here already."""


def export_patient(
    session: Session, store: ImageStore, reader: ImageReader, *, patient_code: str, target: IO[bytes]
) -> int:
    """Write the export and return the number of its samples. Names in it are numbers, never what a person typed.

    What cannot be read is named in ``missing.json`` with the reason, so that nothing is left out in silence.

    Raises:
        InvalidInput: The code is empty.
        PatientNotFound: No sample has it, and no manifest of a batch.
    """
    found = patient_samples(session, patient_code=patient_code)
    missing: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for sample in found:
            _write_sample(archive, session, sample.id)
            for image in erasing.list_images(session, sample.id):
                folder = f"sample-{sample.id}/image-{image.id}"
                try:
                    _write_records(archive, session, image.id, folder)
                    with image_content(session, store, image_id=image.id).stream as stream:
                        served = whole_image(stream, reader)
                except BloodcountError as error:
                    missing[folder] = error.message
                    continue
                archive.writestr(f"{folder}/{served.name('photograph')}", b"".join(served.pieces))
        rows = [{"batch": batch} | row for batch, row in manifest_rows(session, patient_code=patient_code)]
        archive.writestr("manifest-rows.json", json.dumps(rows, indent=1))
        archive.writestr("missing.json", json.dumps(missing, indent=1))
    numbers = [sample.id for sample in found]
    record_event(session, AuditAction.EXPORTED, new={"what": "patient", "samples": numbers})
    return len(found)


def _write_sample(archive: zipfile.ZipFile, session: Session, sample_id: int) -> None:
    record = samples.get_sample(session, sample_id)
    own = {column.name: getattr(record, column.name) for column in record.__table__.columns}
    archive.writestr(f"sample-{sample_id}/registered.json", json.dumps(own, indent=1, default=str))
    detail = sample_detail(session, sample_id=sample_id)
    archive.writestr(f"sample-{sample_id}/sample.json", detail.model_dump_json(indent=1))
    _write_rows(archive, session, sample_id)
    for report in signed_reports.list_reports(session, sample_id):
        archive.writestr(f"sample-{sample_id}/report-{report.version}.json", report.snapshot)


def _write_rows(archive: zipfile.ZipFile, session: Session, sample_id: int) -> None:
    """Every row that belongs to the sample, by table, told from the schema: what a new table keeps is in it too."""
    tables: dict[str, dict[int, dict[str, Any]]] = {}
    for table, row in erasing.rows_of_sample(session, sample_id):
        if row["id"] in tables.setdefault(table, {}):
            continue
        pictures = {name: value for name, value in row.items() if isinstance(value, bytes)}
        for name, picture in pictures.items():
            path = f"sample-{sample_id}/{table}-{row['id']}.jpg"
            archive.writestr(path, picture)
            row[name] = path
        tables[table][row["id"]] = row
    rows = {table: list(found.values()) for table, found in tables.items() if table not in _TOLD_ELSEWHERE}
    archive.writestr(f"sample-{sample_id}/records.json", json.dumps(rows, indent=1, default=str))


def _write_records(archive: zipfile.ZipFile, session: Session, image_id: int, folder: str) -> None:
    try:
        result = image_result(session, image_id=image_id)
    except ResultNotReady as error:
        archive.writestr(f"{folder}/result.txt", error.message)
        return
    archive.writestr(f"{folder}/result.json", result.model_dump_json(indent=1))
    archive.writestr(f"{folder}/review.json", field_review(session, image_id=image_id).model_dump_json(indent=1))
