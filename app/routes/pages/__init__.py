"""The pages for people."""

from fastapi import APIRouter

from app.routes.pages import (
    example,
    gallery,
    history,
    image_actions,
    images,
    new_sample,
    queue,
    reviews,
    sample,
    sample_files,
    viewer,
)

router = APIRouter(include_in_schema=False)
for module in (
    new_sample,
    example,
    history,
    sample,
    sample_files,
    images,
    image_actions,
    queue,
    reviews,
    viewer,
    gallery,
):
    router.include_router(module.router)
