"""The pages for people."""

from fastapi import APIRouter

from app.routes.pages import example, history, image_actions, images, new_sample, queue, sample, sample_files

router = APIRouter(include_in_schema=False)
for module in (new_sample, example, history, sample, sample_files, images, image_actions, queue):
    router.include_router(module.router)
