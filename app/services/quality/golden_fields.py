"""Golden fields: those that a laboratory reviewed, by which weights are judged before they count."""

from typing import Any

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import GoldenFieldRecord
from app.db.repositories import analyses, golden_fields, images, reviews
from app.errors import ResultNotReady
from app.protection_errors import PhotographErased
from app.schemas.audit import AuditAction
from app.schemas.result_record import CellEntry
from app.schemas.samples import ImageStatus
from app.schemas.weights_overview import GoldenMark
from app.services.accounts.acting import current_actor
from app.services.audit import record_event
from app.services.queue.results import image_result
from app.weights_errors import FieldNotReviewed


def mark_golden(session: Session, *, image_id: int) -> None:
    """Let a reviewed field, as its cells stand now, judge weights; one that was marked before is marked anew.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It is not counted.
        FieldNotReviewed: No person has confirmed or corrected a cell of it.
        PhotographErased: Its photograph was erased, so that no weights can count it.
    """
    image = images.get_image(session, image_id)
    if image.erased_at is not None:
        raise PhotographErased(image_id)
    analysis = analyses.find_newest_analysis(session, image_id)
    record = image_result(session, image_id=image_id)
    if analysis is None or record.counts is None or record.width is None or record.height is None:
        raise ResultNotReady(image_id, ImageStatus(record.status), image.reason_message)
    review = reviews.find_review(session, analysis.id)
    if review is None or review.revision == 0:
        raise FieldNotReviewed
    withdraw_golden(session, image_id=image_id)
    cells = [_reference_cell(cell) for cell in record.cells if cell.counted]
    session.add(
        GoldenFieldRecord(
            image_id=image_id,
            analysis_id=analysis.id,
            review_revision=review.revision,
            width=record.width,
            height=record.height,
            reference_cells=cells,
            marked_by=current_actor().name,
        )
    )
    new = {"cells": len(cells), "revision": review.revision}
    record_event(session, AuditAction.GOLDEN_MARKED, subject_kind="image", subject_id=image_id, new=new)


def withdraw_golden(session: Session, *, image_id: int) -> None:
    """Let a field judge weights no more; nothing happens to one that does not.

    Raises:
        ImageNotFound: There is no such image.
    """
    images.get_image(session, image_id)
    golden = golden_fields.find_live(session, image_id)
    if golden is None:
        return
    golden.withdrawn_by, golden.withdrawn_at = current_actor().name, utc_now()
    session.flush()  # before a new row of the same image
    old = {"cells": len(golden.reference_cells), "revision": golden.review_revision}
    record_event(session, AuditAction.GOLDEN_WITHDRAWN, subject_kind="image", subject_id=image_id, old=old)


def golden_mark(session: Session, *, image_id: int) -> GoldenMark | None:
    """Who marked a field as golden; None where it judges no weights."""
    golden = golden_fields.find_live(session, image_id)
    if golden is None:
        return None
    return GoldenMark(cells=len(golden.reference_cells), marked_by=golden.marked_by, marked_at=golden.marked_at)


def _reference_cell(cell: CellEntry) -> dict[str, Any]:
    return {"class": cell.cell_class.value, "subtype": cell.subtype, "box": list(cell.box)}
