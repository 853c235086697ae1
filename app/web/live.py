"""Which parts of an open sample page have changed, so that only those are sent."""

from app.schemas.base import Schema
from app.schemas.samples import SampleDetail
from app.web.progress_view import build_progress
from app.web.sample_view import (
    ReadRecord,
    build_image_view,
    build_sample_view,
    image_version,
    page_of_images,
    summary_version,
)
from app.web.templating import render_fragment

_SUMMARY, _PROGRESS, _ACTIONS = "summary", "progress", "actions"


class PageFragment(Schema):
    """One part of the page: its name and its new HTML."""

    name: str
    html: str


class PageUpdate(Schema):
    """The parts that changed, the sentence that a screen reader says, and whether nothing more is to come."""

    fragments: tuple[PageFragment, ...]
    status_text: str
    is_done: bool


def parse_seen(text: str) -> dict[str, str]:
    """Fragment names and the versions that a page shows, from ``name:version,name:version``."""
    pairs = (part.partition(":") for part in text.split(",") if part)
    return {name: version for name, _, version in pairs}


def fragment_versions(sample: SampleDetail, page: int, to_go_s: float | None = None) -> dict[str, str]:
    """Every fragment of a page and the version in which it would be drawn now."""
    _, images = page_of_images(sample, page)
    progress = build_progress(sample, to_go_s)
    parts = {_PROGRESS: progress.version, _ACTIONS: progress.actions_version, _SUMMARY: summary_version(sample)}
    return parts | {f"image-{image.id}": image_version(image) for image in images}


def page_update(
    sample: SampleDetail,
    read_record: ReadRecord,
    *,
    page: int,
    seen: dict[str, str],
    to_go_s: float | None = None,
) -> PageUpdate:
    """What a page that shows ``seen`` has to replace."""
    versions = fragment_versions(sample, page, to_go_s)
    changed = {name for name, version in versions.items() if seen.get(name) != version}
    view = build_sample_view(sample, read_record, to_go_s=to_go_s, with_images=False)
    fragments = [
        PageFragment(name=name, html=render_fragment(f"fragments/sample_{name}.html", {"view": view}))
        for name in (_PROGRESS, _ACTIONS, _SUMMARY)
        if name in changed
    ]
    first, images = page_of_images(sample, page)
    for position, image in enumerate(images, first):
        name = f"image-{image.id}"
        if name in changed:
            item = build_image_view(sample, image, position, read_record)
            html = render_fragment("fragments/image_card.html", {"item": item})
            fragments.append(PageFragment(name=name, html=html))
    coverage = view.coverage
    return PageUpdate(fragments=tuple(fragments), status_text=coverage.text, is_done=not coverage.is_pending)
