"""What an image store promises, wherever it keeps the images."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, Protocol


class IncomingImage(Protocol):
    """An image on its way in. Nothing of it is left unless it is kept."""

    @property
    def file(self) -> BinaryIO:
        """Open for writing and reading; the image's bytes go here."""
        ...

    def keep(self, sha256: str) -> str:
        """Store the bytes under their SHA-256, durably, and return the storage key.

        Keeping the same image twice stores it once.

        Raises:
            StorageFull: The store has no room left.
            StorageUnavailable: The store does not answer.
        """
        ...

    def keep_part(self, part_key: str | None = None) -> str:
        """Store the bytes durably as a part of a file that has not arrived as a whole, and return its key.

        ``part_key`` is the key that it had before, given by a restore; without it the key is a new one.

        Raises:
            StorageFull: The store has no room left.
        """
        ...


class ImageStore(Protocol):
    """Images by storage key; bytes never change under a key."""

    def receive(self) -> AbstractContextManager[IncomingImage]:
        """A place for one incoming image, removed at the end of the block unless it was kept."""
        ...

    def open(self, storage_key: str) -> BinaryIO:
        """The image's bytes; the caller closes the stream.

        Raises:
            FileNotFoundError: There is no image under this key.
            StorageUnavailable: The store does not answer.
        """
        ...

    def delete_part(self, part_key: str) -> None:
        """Delete a part that ``keep_part`` stored; one that is gone already is no fault.

        Raises:
            ValueError: It is the key of an image.
        """
        ...

    def has_image(self, storage_key: str) -> bool:
        """Whether there is an image under this key now.

        Raises:
            StorageUnavailable: The store does not answer.
        """
        ...

    def delete_image(self, storage_key: str) -> None:
        """Delete an image for good; one that is gone already is no fault. ``services.erasing`` alone may.

        Raises:
            StorageUnavailable: The store does not answer.
            ValueError: It is the key of a part.
        """
        ...

    def list_parts(self, *, older_than: datetime) -> list[str]:
        """The keys of the parts that were stored before a moment."""
        ...

    def check(self) -> None:
        """Prove that the store can be written to now.

        Raises:
            OSError: It cannot.
            StorageUnavailable: It cannot, told by a store on another machine.
        """
        ...
