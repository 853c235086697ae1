"""Whether an upload is taken in at all, decided before its first byte is read and never after."""

from sqlalchemy.orm import Session

from app.admission_errors import QueueFull, StorageNearlyFull
from app.db.repositories.queue_images import count_waiting
from app.settings import Settings
from app.storage.free_space import upload_disks


def require_room_in_queue(session: Session, settings: Settings) -> None:
    """Refuse an upload while too many images wait.

    The images of the upload itself are not counted: how many it holds shows only once it is read, and then it is not
    refused any more. So the queue can be longer than the limit, by the images of the uploads under way.

    Raises:
        QueueFull: As many images wait as may wait.
    """
    limit = settings.max_waiting_images
    if limit and (waiting := count_waiting(session, at_most=limit)) >= limit:
        raise QueueFull(waiting, limit)


def require_room_on_disk(settings: Settings, *, upload_bytes: int) -> None:
    """Refuse an upload that would leave less room than must stay free.

    Raises:
        StorageNearlyFull: One of the disks has too little room.
    """
    for disk in upload_disks(settings):
        free_bytes, needed_bytes = disk.free_bytes(), settings.min_free_bytes + disk.copies * upload_bytes
        if free_bytes < needed_bytes:
            raise StorageNearlyFull(free_bytes, needed_bytes)
