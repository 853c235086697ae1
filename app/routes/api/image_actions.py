"""``/api/v1/images/{id}/cancel`` and its like: what a program can decide about an image."""

from typing import get_args

from fastapi import APIRouter

from app.schemas.image_changes import ImageChange, ImagesChanged
from app.web.dependencies import ContextDep
from app.web.image_changes import ImageAction, SampleAction, change_batch, change_image, change_images

router = APIRouter(prefix="/api/v1", tags=["images"])

_IMAGE_SUMMARIES: dict[ImageAction, str] = {
    "cancel": "Take an image that waits out of the queue",
    "retry": "Queue a failed or cancelled image anew",
    "set-aside": "Do without an image that has no counts: its sample is complete without it",
    "take-back": "Take an image that was set aside back",
}
_SAMPLE_SUMMARIES: dict[SampleAction, str] = {
    "cancel": "Take all images of a sample that wait out of the queue",
    "retry": "Queue all failed and cancelled images of a sample anew",
}


def _offer_for_images(action: ImageAction) -> None:
    @router.post(f"/images/{{image_id}}/{action}", summary=_IMAGE_SUMMARIES[action])
    def submit_image_action(context: ContextDep, image_id: int) -> ImageChange:
        """What is done already is answered as if it were done now, with `is_changed` false; 409: not possible now."""
        return change_image(context, action, image_id=image_id)


def _offer_for_samples(action: SampleAction) -> None:
    @router.post(f"/samples/{{sample_id}}/{action}", summary=_SAMPLE_SUMMARIES[action])
    def submit_sample_action(context: ContextDep, sample_id: int) -> ImagesChanged:
        """Images that it does not concern stay as they are; what is being counted finishes."""
        return change_images(context, action, sample_id=sample_id)


def _offer_for_batches(action: SampleAction) -> None:
    @router.post(f"/batches/{{batch_id}}/{action}", summary=_SAMPLE_SUMMARIES[action].replace("sample", "batch"))
    def submit_batch_action(context: ContextDep, batch_id: int) -> ImagesChanged:
        """Images that it does not concern stay as they are; what is being counted finishes."""
        return change_batch(context, action, batch_id=batch_id)


for image_action in get_args(ImageAction):
    _offer_for_images(image_action)
for sample_action in get_args(SampleAction):
    _offer_for_samples(sample_action)
    _offer_for_batches(sample_action)
