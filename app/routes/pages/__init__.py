"""The pages for people."""

from fastapi import APIRouter

from app.routes.pages import (
    account,
    admin_accounts,
    admin_audit,
    admin_tokens,
    example,
    history,
    image_actions,
    images,
    new_sample,
    queue,
    sample,
    sample_files,
    setup,
    sign_in,
)

router = APIRouter(include_in_schema=False)
for module in (new_sample, example, history, sample, sample_files, images, image_actions, queue):
    router.include_router(module.router)
for module in (sign_in, setup, account, admin_accounts, admin_tokens, admin_audit):
    router.include_router(module.router)
