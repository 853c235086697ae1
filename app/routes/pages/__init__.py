"""The pages for people."""

from fastapi import APIRouter

from app.routes.api import batches as sending
from app.routes.pages import (
    account,
    acquisition_profiles,
    admin_accounts,
    admin_audit,
    admin_privacy,
    admin_tokens,
    admin_weights,
    batches,
    counter,
    example,
    gallery,
    golden_fields,
    history,
    image_actions,
    images,
    library,
    look_back,
    measurements,
    new_sample,
    quality,
    queue,
    reference_ranges,
    reports,
    reviews,
    sample,
    sample_data,
    sample_files,
    second_reading,
    setup,
    sign_in,
    signing,
    single_sign_on,
    viewer,
)

router = APIRouter(include_in_schema=False)
for module in (
    new_sample,
    batches,
    example,
    history,
    sample,
    sample_files,
    sample_data,
    measurements,
    reference_ranges,
    images,
    image_actions,
    queue,
    reviews,
    viewer,
    gallery,
    library,
    counter,
    look_back,
    second_reading,
    quality,
    golden_fields,
    signing,
    reports,
):
    router.include_router(module.router)
# What a browser sends to is what programs send to, only without a token: pages have none.
router.include_router(sending.router, prefix="/sending")
for module in (
    sign_in,
    single_sign_on,
    setup,
    account,
    admin_accounts,
    admin_tokens,
    admin_weights,
    admin_audit,
    admin_privacy,
    acquisition_profiles,
):
    router.include_router(module.router)
