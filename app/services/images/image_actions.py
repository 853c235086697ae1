"""What a person decides about an image that is not counted: cancel it, try it again, or do without it.

Each is one conditional statement on the image's row, so that of a worker, a second click and a second person
exactly one is first. Asking again for what is done already changes nothing and is no error.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.db.records import FieldImageRecord
from app.db.repositories import batch_images, batches, images, samples
from app.errors import ImageNotChangeable
from app.report_errors import SampleSigned
from app.schemas.image_changes import ImageChange, ImagesChanged
from app.schemas.samples import ImageStatus
from app.schemas.uploads import CountPriority
from app.services.queue.job_queue import JobQueue
from app.services.reports.signed_state import require_unsigned

_COUNTED = "it is counted already; open its sample to see the counts"
_BEING_COUNTED = "it is being counted, which ends by itself; wait for its counts"
_REFUSED = "counting it again gives the same refusal; set it aside, or upload a better photograph"
_PENDING = "it waits to be counted; cancel it first, or wait for its counts"


def cancel_image(session: Session, *, image_id: int) -> ImageChange:
    """Take an image that waits out of the queue; it stays in its sample and can be tried again.

    Raises:
        ImageNotFound: There is no such image.
        ImageNotChangeable: It is being counted or finished.
    """
    images.get_image(session, image_id)
    is_changed = images.cancel_queued(session, image_id=image_id) != []
    image = _reread(session, image_id)
    if image.status is not ImageStatus.CANCELLED:
        reason = {ImageStatus.COUNTING: _BEING_COUNTED, ImageStatus.COUNTED: _COUNTED}
        raise ImageNotChangeable(image_id, "cancelled", reason.get(image.status, "it does not wait any more"))
    return _change(image, is_changed=is_changed)


def cancel_waiting_images(session: Session, *, sample_id: int) -> ImagesChanged:
    """Take every image of a sample that waits out of the queue; what is being counted is finished.

    Raises:
        SampleNotFound: There is no such sample.
    """
    samples.get_sample(session, sample_id)
    return ImagesChanged(image_ids=tuple(images.cancel_queued(session, sample_id=sample_id)))


def retry_image(session: Session, jobs: JobQueue, *, image_id: int) -> ImageChange:
    """Queue a failed or cancelled image anew, with all its tries before it and at a waiting person's priority.

    Raises:
        ImageNotFound: There is no such image.
        ImageNotChangeable: It is counted, or was refused.
        SampleSigned: Its sample is signed, and no correction of it is open.
    """
    require_unsigned(session, images.get_image(session, image_id).sample_id)
    is_changed = _queue_anew(session, jobs, image_id, CountPriority.INTERACTIVE)
    image = _reread(session, image_id)
    if image.status is ImageStatus.COUNTED:
        raise ImageNotChangeable(image_id, "tried again", _COUNTED)
    if image.status is ImageStatus.REFUSED:
        raise ImageNotChangeable(image_id, "tried again", _REFUSED)
    return _change(image, is_changed=is_changed)


def retry_images(session: Session, jobs: JobQueue, *, sample_id: int) -> ImagesChanged:
    """Queue every failed or cancelled image of a sample anew, as a batch.

    Raises:
        SampleNotFound: There is no such sample.
        SampleSigned: It is signed, and no correction of it is open.
    """
    samples.get_sample(session, sample_id)
    require_unsigned(session, sample_id)
    found = images.list_ids(session, sample_id=sample_id, statuses=images.RETRIABLE)
    return ImagesChanged(image_ids=_queue_all_anew(session, jobs, found))


def waiting_images(session: Session, *, batch_id: int) -> list[int]:
    """The images of a batch that can be cancelled.

    Raises:
        BatchNotFound: There is no such batch.
    """
    batches.get_batch(session, batch_id)
    return batch_images.list_image_ids(session, batch_id, (ImageStatus.QUEUED,))


def retriable_images(session: Session, *, batch_id: int) -> list[int]:
    """The images of a batch that can be tried again.

    Raises:
        BatchNotFound: There is no such batch.
    """
    batches.get_batch(session, batch_id)
    return batch_images.list_image_ids(session, batch_id, images.RETRIABLE)


def cancel_listed_images(session: Session, image_ids: Sequence[int]) -> ImagesChanged:
    """Take those of the images that still wait out of the queue."""
    cancelled = [id_ for id_ in image_ids if images.cancel_queued(session, image_id=id_)]
    return ImagesChanged(image_ids=tuple(cancelled))


def retry_listed_images(session: Session, jobs: JobQueue, image_ids: Sequence[int]) -> ImagesChanged:
    """Queue those of the images that still stand at failed or cancelled anew, as a batch, except in signed samples."""
    free = [id_ for id_ in image_ids if _is_free(session, id_)]
    return ImagesChanged(image_ids=_queue_all_anew(session, jobs, free))


def set_image_aside(session: Session, *, image_id: int) -> ImageChange:
    """Do without an image that has no counts: its sample is complete without it, and still shows it.

    Raises:
        ImageNotFound: There is no such image.
        ImageNotChangeable: It has counts, or may still get some.
        SampleSigned: Its sample is signed, and no correction of it is open.
    """
    require_unsigned(session, images.get_image(session, image_id).sample_id)
    is_changed = images.set_aside(session, image_id, is_aside=True)
    image = _reread(session, image_id)
    if image.set_aside_at is None:
        why = _COUNTED if image.status is ImageStatus.COUNTED else _PENDING
        raise ImageNotChangeable(image_id, "set aside", why)
    return _change(image, is_changed=is_changed)


def take_image_back(session: Session, *, image_id: int) -> ImageChange:
    """Take an image that was set aside back into its sample, which then needs attention again.

    Raises:
        ImageNotFound: There is no such image.
        SampleSigned: Its sample is signed, and no correction of it is open.
    """
    require_unsigned(session, images.get_image(session, image_id).sample_id)
    is_changed = images.set_aside(session, image_id, is_aside=False)
    return _change(_reread(session, image_id), is_changed=is_changed)


def _queue_all_anew(session: Session, jobs: JobQueue, image_ids: Sequence[int]) -> tuple[int, ...]:
    return tuple(id_ for id_ in image_ids if _queue_anew(session, jobs, id_, CountPriority.BATCH))


def _queue_anew(session: Session, jobs: JobQueue, image_id: int, priority: CountPriority) -> bool:
    job_round = images.start_new_round(session, image_id, from_statuses=images.RETRIABLE, forget_attempts=True)
    if job_round is None:
        return False
    images.set_priority(session, image_id, priority)
    jobs.enqueue_count(session, image_id, priority, job_round=job_round)
    return True


def _is_free(session: Session, image_id: int) -> bool:
    try:
        require_unsigned(session, images.get_image(session, image_id).sample_id)
    except SampleSigned:
        return False
    return True


def _reread(session: Session, image_id: int) -> FieldImageRecord:
    image = images.get_image(session, image_id)
    session.refresh(image)
    return image


def _change(image: FieldImageRecord, *, is_changed: bool) -> ImageChange:
    return ImageChange(
        image_id=image.id,
        sample_id=image.sample_id,
        status=image.status,
        is_set_aside=image.set_aside_at is not None,
        is_changed=is_changed,
        job_round=image.job_round,
    )
