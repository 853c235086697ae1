"""The queue as a person or a program sees it: what waits, who counts, and how long it will take."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session

from app.db.clock import database_now
from app.db.records import ExecutorHeartbeatRecord, FieldImageRecord
from app.db.repositories import batch_images, queue_images
from app.db.repositories.workers import SILENT_AFTER_S, list_workers
from app.schemas.queue import QueueImage, QueueState, WorkerState
from app.schemas.samples import ImageStatus
from app.schemas.uploads import CountPriority, priority_name
from model.types import Notice

SHOWN_IMAGES = 25


def queue_state(session: Session) -> QueueState:
    """The queue at this moment, by the clock that all processes share."""
    now = database_now(session)
    groups = queue_images.count_unfinished(session)
    waiting = {priority_name(priority): 0 for priority in CountPriority}
    for group in groups:
        if group.status is ImageStatus.QUEUED:
            waiting[priority_name(group.priority)] += group.number
    running = sum(group.number for group in groups if group.status is ImageStatus.COUNTING)
    queued_at = [group.first_queued_at for group in groups if group.status is ImageStatus.QUEUED]
    workers = tuple(_worker(record, now) for record in list_workers(session))
    images_per_s = measured_rate(workers)
    return QueueState(
        at=now,
        waiting=sum(waiting.values()),
        waiting_by_priority=waiting,
        running=running,
        failed=queue_images.count_at(session, ImageStatus.FAILED),
        cancelled=queue_images.count_at(session, ImageStatus.CANCELLED),
        oldest_waiting_s=_age_s(now, min(queued_at)) if queued_at else None,
        finished_last_minute=round(queue_images.finished_per_minute(session, now), 1),
        images_per_s=images_per_s,
        seconds_to_go=seconds_to_go(sum(waiting.values()) + running, images_per_s),
        silent_after_s=SILENT_AFTER_S,
        workers=workers,
        waiting_images=_images(queue_images.list_waiting(session, limit=SHOWN_IMAGES), _queued_since),
        running_images=_images(queue_images.list_running(session, limit=SHOWN_IMAGES), _started_since),
        failed_images=_images(queue_images.list_failed(session, limit=SHOWN_IMAGES), _changed_since),
    )


def sample_seconds_to_go(session: Session, *, sample_id: int) -> float | None:
    """How long until the last image of a sample is counted; None where nothing of it waits or nothing was measured."""
    return _seconds_to_go(session, FieldImageRecord.sample_id == sample_id)


def batch_seconds_to_go(session: Session, *, batch_id: int) -> float | None:
    """How long until the last image of a batch is counted, of those that have arrived; None as for a sample."""
    return _seconds_to_go(session, batch_images.image_is_in(batch_id))


def _seconds_to_go(session: Session, concerned: ColumnElement[bool]) -> float | None:
    ahead = queue_images.images_ahead(session, concerned)
    if ahead is None:
        return None
    now = database_now(session)
    return seconds_to_go(ahead, measured_rate(tuple(_worker(record, now) for record in list_workers(session))))


def measured_rate(workers: Iterable[WorkerState]) -> float | None:
    """Images a second of the living workers together, as each measured itself; None while none has."""
    rates = [worker.images_per_s for worker in workers if worker.is_alive and worker.images_per_s is not None]
    return sum(rates) if rates else None


def seconds_to_go(images: int, images_per_s: float | None) -> float | None:
    """How long so many images take; None where there are none, or the rate was not measured."""
    return images / images_per_s if images and images_per_s else None


def _worker(record: ExecutorHeartbeatRecord, now: datetime) -> WorkerState:
    silent_s = _age_s(now, record.beat_at)
    return WorkerState(
        executor_id=record.executor_id,
        is_alive=silent_s <= SILENT_AFTER_S,
        started_at=record.started_at,
        last_sign_at=record.beat_at,
        silent_s=silent_s,
        weights=record.weights,
        weights_problem=record.weights_problem,
        device=record.device,
        slots=record.slots,
        computing=record.computing,
        finished=record.finished,
        images_per_s=record.images_per_s,
    )


def _images(
    rows: Iterable[Row[FieldImageRecord, str]], since: Callable[[FieldImageRecord], datetime]
) -> tuple[QueueImage, ...]:
    return tuple(
        QueueImage(
            image_id=image.id,
            sample_id=image.sample_id,
            accession_number=accession_number,
            file_name=image.file_name,
            status=image.status,
            priority=priority_name(image.priority),
            attempts=image.attempts,
            since=since(image),
            reason=Notice(image.reason_code, image.reason_message or "") if image.reason_code else None,
        )
        for image, accession_number in rows
    )


def _queued_since(image: FieldImageRecord) -> datetime:
    return image.queued_at or image.uploaded_at


def _started_since(image: FieldImageRecord) -> datetime:
    return image.started_at or _queued_since(image)


def _changed_since(image: FieldImageRecord) -> datetime:
    return image.changed_at or image.uploaded_at


def _age_s(now: datetime, moment: datetime) -> float:
    return round(max(0.0, (now - moment).total_seconds()), 1)
