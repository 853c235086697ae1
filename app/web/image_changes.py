"""A person's decision about images on its way to the services, and its line in the log."""

from typing import Literal

import structlog
from sqlalchemy.orm import Session

from app.schemas.audit import AuditAction
from app.schemas.image_changes import ImageChange, ImagesChanged
from app.services.audit import record_event
from app.services.images import image_actions
from app.services.queue.job_queue import JobQueue
from app.web.context import AppContext

ImageAction = Literal["cancel", "retry", "set-aside", "take-back"]
"""What a person can decide about one image."""

SampleAction = Literal["cancel", "retry"]
"""What a person can decide about all images of a sample, or of a batch, at once."""

_AT_ONCE = 100

_log = structlog.get_logger("bloodcount.images")


def change_image(context: AppContext, action: ImageAction, *, image_id: int) -> ImageChange:
    """Carry out a decision about one image.

    Raises:
        ImageNotFound: There is no such image.
        ImageNotChangeable: It does not stand where that can be decided.
    """
    with context.database.unit_of_work() as session:
        change = _decide(session, context.engine, action, image_id)
        if change.is_changed:
            _note(session, action, image_id)
    _log.info("image_changed", action=action, **change.model_dump(mode="json"))
    return change


def change_images(context: AppContext, action: SampleAction, *, sample_id: int) -> ImagesChanged:
    """Carry out a decision about all images of a sample that it can concern.

    Raises:
        SampleNotFound: There is no such sample.
    """
    with context.database.unit_of_work() as session:
        if action == "cancel":
            changed = image_actions.cancel_waiting_images(session, sample_id=sample_id)
        else:
            changed = image_actions.retry_images(session, context.engine, sample_id=sample_id)
        for image_id in changed.image_ids:
            _note(session, action, image_id)
    _log.info("images_changed", action=action, sample_id=sample_id, image_ids=changed.image_ids)
    return changed


def change_batch(context: AppContext, action: SampleAction, *, batch_id: int) -> ImagesChanged:
    """Carry out a decision about all images of a batch that it can concern, some at a time: others write meanwhile.

    Raises:
        BatchNotFound: There is no such batch.
    """
    find = image_actions.waiting_images if action == "cancel" else image_actions.retriable_images
    with context.database.unit_of_work() as session:
        concerned = find(session, batch_id=batch_id)
    changed: list[int] = []
    for start in range(0, len(concerned), _AT_ONCE):
        some = concerned[start : start + _AT_ONCE]
        with context.database.unit_of_work() as session:
            if action == "cancel":
                done = image_actions.cancel_listed_images(session, some)
            else:
                done = image_actions.retry_listed_images(session, context.engine, some)
            for image_id in done.image_ids:
                _note(session, action, image_id)
        changed += done.image_ids
    _log.info("images_changed", action=action, batch_id=batch_id, images=len(changed))
    return ImagesChanged(image_ids=tuple(changed))


def _note(session: Session, action: ImageAction, image_id: int) -> None:
    new = {"decision": action}
    record_event(session, AuditAction.IMAGE_CHANGED, subject_kind="image", subject_id=image_id, new=new)


def _decide(session: Session, jobs: JobQueue, action: ImageAction, image_id: int) -> ImageChange:
    match action:
        case "cancel":
            return image_actions.cancel_image(session, image_id=image_id)
        case "retry":
            return image_actions.retry_image(session, jobs, image_id=image_id)
        case "set-aside":
            return image_actions.set_image_aside(session, image_id=image_id)
        case "take-back":
            return image_actions.take_image_back(session, image_id=image_id)
