"""The pages for people."""

from fastapi import APIRouter

from app.routes.pages import example, history, images, new_sample, sample, sample_files

router = APIRouter(include_in_schema=False)
for module in (new_sample, example, history, sample, sample_files, images):
    router.include_router(module.router)
