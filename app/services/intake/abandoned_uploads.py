"""Sweeping up after senders that never came back: open batches are closed, parts of files deleted."""

from datetime import timedelta

import structlog

from app.db.base import utc_now
from app.db.repositories import batch_files, batches, upload_parts, weights
from app.schemas.batches import BatchFileStatus
from app.services.intake.batch_intake import BatchIntake
from model.types import Notice

log = structlog.get_logger(__name__)

_AT_ONCE = 100


def sweep_abandoned(intake: BatchIntake) -> int:
    """Close batches of which nothing has arrived for the hours of the settings; what was accepted of them stays.

    Returns how many were closed. Parts that no row knows, left by a crash, are deleted at the same age.
    """
    hours = intake.settings.abandoned_upload_hours
    since = utc_now() - timedelta(hours=hours)
    with intake.unit_of_work() as session:
        silent = batches.list_silent(session, since=since, limit=_AT_ONCE)
    for batch_id in silent:
        _close(intake, batch_id, hours)
    old = intake.store.list_parts(older_than=since)
    for start in range(0, len(old), _AT_ONCE):
        some = old[start : start + _AT_ONCE]
        with intake.unit_of_work() as session:
            needed = upload_parts.known_keys(session, some) | weights.known_part_keys(session, some)
        for key in set(some) - needed:
            intake.store.delete_part(key)
    return len(silent)


def _close(intake: BatchIntake, batch_id: int, hours: int) -> None:
    reason = Notice(
        "abandoned",
        f"The file did not arrive as a whole and nothing came for {hours} hours, so it was given up; send it again.",
    )
    with intake.unit_of_work() as session:
        batches.close_batch(session, batch_id)
        missing = batch_files.list_awaited(session, batch_id)
        for file_id in missing:
            batch_files.move_on(
                session,
                file_id,
                from_status=BatchFileStatus.AWAITED,
                to_status=BatchFileStatus.ABANDONED,
                reason=reason,
            )
    for file_id in missing:
        intake.delete_parts(file_id)
    log.warning("batch_abandoned", batch_id=batch_id, files=len(missing))
