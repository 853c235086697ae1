"""Updates of an open batch page, found by asking the database: its files may be sent to and counted by any process."""

import time
from collections.abc import AsyncIterator

from anyio import CapacityLimiter, sleep, to_thread

from app.db.session import Database
from app.web.batch_view import BatchPlace, look_at_batch
from app.web.live import PageUpdate

POLL_SECONDS = 0.5
"""Between two looks; a look counts thousands of files, so less often than at a sample."""

LONGEST_SECONDS = 60.0
"""After this the stream ends and the page asks again, so that a forgotten connection does not stay for ever."""

_threads = CapacityLimiter(4)
"""Looking takes these threads and no others: open pages must not take the place of uploads."""


async def batch_updates(
    database: Database, *, batch_id: int, place: BatchPlace, seen: dict[str, str]
) -> AsyncIterator[PageUpdate]:
    """Every change of the page that shows ``seen``; ends after the last one, or after a minute."""
    ends_at = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < ends_at:
        update, seen = await to_thread.run_sync(look_at_batch, database, batch_id, place, seen, limiter=_threads)
        if update.fragments or update.is_done:
            yield update
        if update.is_done:
            return
        await sleep(POLL_SECONDS)
