"""Updates of an open sample page while its images are being counted.

The database is asked, not the process: the image may be counted by a worker on another machine.
"""

import time
from collections.abc import AsyncIterator, Callable

import anyio

from app.db.session import Database
from app.schemas.grading import GradingScheme
from app.services.results import image_result
from app.services.samples import sample_detail
from app.web.live import PageUpdate, fragment_versions, page_update

POLL_SECONDS = 0.15
"""Between two looks; counts are on the page within about 0.3 s of being stored."""

LONGEST_SECONDS = 60.0
"""After this the stream ends and the page asks again, so that a forgotten connection does not stay for ever."""


Look = Callable[[dict[str, str]], tuple[PageUpdate, dict[str, str]]]
"""Finds what changed since the fragments and versions that a page shows, and what it shows once it has the change."""


async def page_updates(look: Look, seen: dict[str, str], *, poll_s: float) -> AsyncIterator[PageUpdate]:
    """Every change of a page that shows ``seen``; ends after the last one, or after a minute."""
    ends_at = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < ends_at:
        update, seen = await anyio.to_thread.run_sync(look, seen)
        if update.fragments or update.is_done:
            yield update
        if update.is_done:
            return
        await anyio.sleep(poll_s)


def sample_updates(
    database: Database, scheme: GradingScheme | None, *, sample_id: int, page: int, seen: dict[str, str]
) -> AsyncIterator[PageUpdate]:
    """Every change of a sample's page that shows ``seen``; ends after its last image, or after a minute."""
    return page_updates(lambda shown: _look(database, scheme, sample_id, page, shown), seen, poll_s=POLL_SECONDS)


def _look(
    database: Database, scheme: GradingScheme | None, sample_id: int, page: int, seen: dict[str, str]
) -> tuple[PageUpdate, dict[str, str]]:
    """What changed since ``seen``, and what the page shows once it has the change."""
    with database.unit_of_work() as session:
        sample = sample_detail(session, sample_id=sample_id, scheme=scheme)
        update = page_update(sample, lambda image_id: image_result(session, image_id=image_id), page=page, seen=seen)
        return update, fragment_versions(sample, page)
