"""``/api/v1/samples/{id}/images`` and ``/api/v1/images``: send images, read what was counted."""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile, status

from app.schemas.result_record import ResultRecord
from app.schemas.reviews import ReviewedResultRecord
from app.schemas.uploads import CountPriority
from app.services.queue.results import image_result
from app.web.dependencies import ContextDep, IdempotencyKey, SessionDep
from app.web.incoming_files import UploadReport, require_files, take_in

router = APIRouter(prefix="/api/v1", tags=["images"])


@router.post("/samples/{sample_id}/images", status_code=status.HTTP_202_ACCEPTED)
def submit_images(
    context: ContextDep,
    sample_id: int,
    files: Annotated[list[UploadFile], File(description="One or many images.")],
    idempotency_key: IdempotencyKey = None,
) -> UploadReport:
    """Add images to a sample. An entry with an `image_id` is stored and will be counted, whatever happens next."""
    return take_in(
        context,
        sample_id=sample_id,
        files=require_files(files, context.settings),
        priority=CountPriority.BATCH,
        idempotency_key=idempotency_key,
    )


@router.get("/images/{image_id}/result")
def show_result(session: SessionDep, image_id: int) -> ReviewedResultRecord | ResultRecord:
    """The result record of an image, version 1; with a person's corrections, where there are any."""
    return image_result(session, image_id=image_id)
