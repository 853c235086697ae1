"""Buttons that decide something about an image: cancel, try again, set aside, take back."""

from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.schemas.base import Schema
from app.services.samples.samples import sample_detail
from app.web.context import AppContext
from app.web.dependencies import ContextDep
from app.web.image_changes import ImageAction, SampleAction, change_batch, change_image, change_images
from app.web.problems import wants_json
from app.web.sample_view import image_address

router = APIRouter()


def _offer_for_images(action: ImageAction) -> None:
    @router.post(f"/images/{{image_id}}/{action}")
    def submit_image_action(
        request: Request,
        context: ContextDep,
        image_id: int,
        back: Annotated[Literal["sample", "queue"], Form()] = "sample",
    ) -> Response:
        """Decide about one image, and back to where the button was."""
        change = change_image(context, action, image_id=image_id)
        if wants_json(request.scope):
            return _json(change)
        address = "/queue" if back == "queue" else _image_address(context, change.sample_id, image_id)
        return RedirectResponse(address, status_code=303)


def _offer_for_samples(action: SampleAction) -> None:
    @router.post(f"/samples/{{sample_id}}/{action}")
    def submit_sample_action(request: Request, context: ContextDep, sample_id: int) -> Response:
        """Decide about a sample's images, and back to its page."""
        changed = change_images(context, action, sample_id=sample_id)
        if wants_json(request.scope):
            return _json(changed)
        return RedirectResponse(f"/samples/{sample_id}", status_code=303)


def _offer_for_batches(action: SampleAction) -> None:
    @router.post(f"/batches/{{batch_id}}/{action}")
    def submit_batch_action(request: Request, context: ContextDep, batch_id: int) -> Response:
        """Decide about a batch's images, and back to its page."""
        changed = change_batch(context, action, batch_id=batch_id)
        if wants_json(request.scope):
            return _json(changed)
        return RedirectResponse(f"/batches/{batch_id}", status_code=303)


def _image_address(context: AppContext, sample_id: int, image_id: int) -> str:
    with context.database.unit_of_work() as session:
        return image_address(sample_detail(session, sample_id=sample_id), image_id)


def _json(body: Schema) -> JSONResponse:
    return JSONResponse(body.model_dump(mode="json"))


for image_action in get_args(ImageAction):
    _offer_for_images(image_action)
for sample_action in get_args(SampleAction):
    _offer_for_samples(sample_action)
    _offer_for_batches(sample_action)
