"""What is refused for want of room before it is read, a branch of the tree in ``app/errors.py``.

::

    BloodcountError
    └── StorageNearlyFull               507  storage_nearly_full
    Unavailable                         503
    ├── QueueFull                            queue_full
    └── TooManyUploads                       too_many_uploads
"""

from app.errors import BloodcountError, Unavailable


class StorageNearlyFull(BloodcountError):
    """So little room is left that an upload is not even begun."""

    code = "storage_nearly_full"
    http_status = 507
    retry_after_s = 60

    def __init__(self, free_bytes: int, needed_bytes: int) -> None:
        super().__init__(
            f"The disk of this server has {free_bytes / 1e6:,.0f} MB left and this upload needs "
            f"{needed_bytes / 1e6:,.0f} MB with what must stay free, so nothing was taken in; free some space on the "
            "server and upload again."
        )


class QueueFull(Unavailable):
    """So many images wait that no more are taken in for now."""

    code = "queue_full"
    retry_after_s = 30

    def __init__(self, waiting: int, limit: int) -> None:
        super().__init__(
            f"The queue is full: {waiting:,} images wait to be counted and the limit is {limit:,}, so nothing was "
            "taken in. Upload again in a while, or add a worker; what was accepted before will be counted."
        )


class TooManyUploads(Unavailable):
    """So many uploads are under way that another one has to wait."""

    code = "too_many_uploads"
    retry_after_s = 3

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"As many uploads are under way as this server takes at once ({limit:,}), so nothing was taken in; upload "
            "again in a few seconds."
        )
