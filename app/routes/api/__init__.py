"""The JSON API, version 1: for programs, with bearer tokens."""

from fastapi import APIRouter, Depends

from app.routes.api import (
    batches,
    differentials,
    image_actions,
    images,
    quality,
    queue,
    reports,
    reviews,
    samples,
)
from app.web.dependencies import declare_bearer_token
from app.web.problems import ProblemBody

_PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"model": ProblemBody, "description": description}
    for status, description in (
        (401, "The token is missing or not valid"),
        (403, "The token's role or scopes do not allow it"),
        (404, "There is no such sample, image or lot"),
        (409, "It contradicts what is already there"),
        (413, "Too many or too large files"),
        (422, "A value cannot be used"),
    )
}

router = APIRouter(dependencies=[Depends(declare_bearer_token)], responses=_PROBLEMS)
for module in (samples, images, image_actions, queue, reviews, reports, differentials, quality):
    router.include_router(module.router)
router.include_router(batches.router, prefix="/api/v1")
