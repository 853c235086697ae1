"""``/api/v1/images/{id}/review`` and ``/edits``: read a field with its corrections, and correct it."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.schemas.reviews import EditAnswer, EditBatch, FieldReview
from app.services.reviews.reviews import edits_after, field_review, record_edits
from app.web.dependencies import SessionDep
from app.web.editor import EditorDep

router = APIRouter(prefix="/api/v1", tags=["reviews"])


@router.get("/images/{image_id}/review")
def show_review(session: SessionDep, image_id: int) -> FieldReview:
    """What the network found on an image, untouched, and every edit that persons made since."""
    return field_review(session, image_id=image_id)


@router.get("/images/{image_id}/edits")
def show_edits(session: SessionDep, image_id: int, after: Annotated[int, Query(ge=0)] = 0) -> EditAnswer:
    """The edits that came after a revision."""
    return edits_after(session, image_id=image_id, revision=after)


@router.post("/images/{image_id}/edits")
def submit_edits(session: SessionDep, editor: EditorDep, image_id: int, batch: EditBatch) -> EditAnswer:
    """Keep edits. Sending one again changes nothing; one that contradicts an unseen edit is told and not kept."""
    return record_edits(session, image_id=image_id, batch=batch, actor=editor)
