"""Updates of an open page: of a sample or a batch while its images are being counted, and of the queue.

What there is to see comes from the one board that all pages of this process share; what of it a page does not show yet
is worked out for each page.
"""

from collections.abc import AsyncIterator

from anyio import CapacityLimiter, to_thread

from app.batch_errors import BatchNotFound
from app.db.session import Database
from app.errors import SampleNotFound
from app.services.queue.results import image_result
from app.web.batch_view import BatchPlace, batch_update, batch_versions
from app.web.live import PageUpdate, fragment_versions, page_update
from app.web.live_board import LiveBoard
from app.web.live_looking import QUEUE, BatchKey, BatchSight, QueueSight, SampleSight, Sight
from app.web.queue_page import queue_update

_threads = CapacityLimiter(4)
"""Drawing the changes takes these threads and no others: open pages must not take the place of uploads."""


async def sample_updates(
    board: LiveBoard, database: Database, *, sample_id: int, page: int, seen: dict[str, str]
) -> AsyncIterator[PageUpdate]:
    """Every change of the page that shows ``seen``; ends after the last image is finished, or after a minute."""
    async for sight in board.changes(sample_id):
        update, seen = await to_thread.run_sync(_changed, database, sight, sample_id, page, seen, limiter=_threads)
        if update.fragments or update.is_done:
            yield update
        if update.is_done:
            return


async def sample_update(
    board: LiveBoard, database: Database, *, sample_id: int, page: int, seen: dict[str, str]
) -> PageUpdate:
    """What a page that shows ``seen`` has to replace now.

    Raises:
        SampleNotFound: There is no such sample.
        DatabaseUnavailable: The database does not answer.
    """
    sight = await board.fresh(sample_id)
    update, _ = await to_thread.run_sync(_changed, database, sight, sample_id, page, seen, limiter=_threads)
    return update


async def batch_updates(
    board: LiveBoard, *, batch_id: int, place: BatchPlace, seen: dict[str, str]
) -> AsyncIterator[PageUpdate]:
    """Every change of the page that shows ``seen``; ends after the last one, or after a minute."""
    async for sight in board.changes(BatchKey(batch_id, place)):
        update, seen = await to_thread.run_sync(_batch_changed, sight, batch_id, seen, limiter=_threads)
        if update.fragments or update.is_done:
            yield update
        if update.is_done:
            return


async def batch_page_update(board: LiveBoard, *, batch_id: int, place: BatchPlace, seen: dict[str, str]) -> PageUpdate:
    """What a batch's page that shows ``seen`` has to replace now.

    Raises:
        BatchNotFound: There is no such batch.
        DatabaseUnavailable: The database does not answer.
    """
    sight = await board.fresh(BatchKey(batch_id, place))
    update, _ = await to_thread.run_sync(_batch_changed, sight, batch_id, seen, limiter=_threads)
    return update


async def queue_updates(board: LiveBoard, *, seen: dict[str, str]) -> AsyncIterator[PageUpdate]:
    """Every change of the queue's page that shows ``seen``, for a minute."""
    async for sight in board.changes(QUEUE):
        update, seen = await to_thread.run_sync(_queue_changed, sight, seen, limiter=_threads)
        if update.fragments:
            yield update


async def queue_page_update(board: LiveBoard, *, seen: dict[str, str]) -> PageUpdate:
    """What the queue's page that shows ``seen`` has to replace now.

    Raises:
        DatabaseUnavailable: The database does not answer.
    """
    update, _ = await to_thread.run_sync(_queue_changed, await board.fresh(QUEUE), seen, limiter=_threads)
    return update


def _changed(
    database: Database, sight: Sight, sample_id: int, page: int, seen: dict[str, str]
) -> tuple[PageUpdate, dict[str, str]]:
    """What changed since ``seen``, and what the page shows once it has the change.

    Raises:
        SampleNotFound: There is no such sample.
    """
    if not isinstance(sight, SampleSight) or sight.sample is None:
        raise SampleNotFound(sample_id)
    sample, to_go_s = sight.sample, sight.seconds_to_go
    with database.unit_of_work() as session:
        update = page_update(
            sample,
            lambda image_id: image_result(session, image_id=image_id),
            page=page,
            seen=seen,
            to_go_s=to_go_s,
        )
    return update, fragment_versions(sample, page, to_go_s)


def _batch_changed(sight: Sight, batch_id: int, seen: dict[str, str]) -> tuple[PageUpdate, dict[str, str]]:
    """What changed since ``seen``, and what the page shows once it has the change.

    Raises:
        BatchNotFound: There is no such batch.
    """
    if not isinstance(sight, BatchSight) or sight.view is None:
        raise BatchNotFound(batch_id)
    return batch_update(sight.view, seen), batch_versions(sight.view)


def _queue_changed(sight: Sight, seen: dict[str, str]) -> tuple[PageUpdate, dict[str, str]]:
    assert isinstance(sight, QueueSight)  # noqa: S101  # the board shows the queue under no other key
    return queue_update(sight.queue, seen)
