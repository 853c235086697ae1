"""Reading an upload's bytes in chunks: never more than the limit, never all in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.errors import ImageRejected
from app.storage.local_store import full_disk_told
from model.preprocessing import ImageLimits, ImageRefused

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """What was read: SHA-256 of the bytes and how many there were."""

    sha256: str
    byte_size: int


class Receiver:
    """Writes bytes to a file as they come, and knows their SHA-256 and how many there were."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self.byte_size = 0

    def write(self, chunk: bytes) -> None:
        """Write a further piece.

        Raises:
            StorageFull: There is no room for it.
        """
        with full_disk_told():
            self._target.write(chunk)
        self._digest.update(chunk)
        self.byte_size += len(chunk)

    def take(self, stream: BinaryIO) -> None:
        """Write everything that a stream still holds.

        Raises:
            StorageFull: There is no room for it.
        """
        while chunk := stream.read(_CHUNK_BYTES):
            self.write(chunk)

    @property
    def received(self) -> Received:
        """What was written so far."""
        return Received(self._digest.hexdigest(), self.byte_size)


def receive_bytes(stream: BinaryIO, target: BinaryIO, limits: ImageLimits) -> Received:
    """Copy a stream to a file.

    Raises:
        ImageRejected: The stream is empty or holds more bytes than a file may have; it is not read further.
        StorageFull: There is no room for it.
    """
    receiver = Receiver(target)
    for chunk in _chunks(stream, limits.max_file_bytes):
        receiver.write(chunk)
    try:
        limits.check_file_size(receiver.byte_size)
    except ImageRefused as refusal:
        raise ImageRejected(refusal.code, refusal.message) from refusal
    return receiver.received


def content_digest(stream: BinaryIO, limits: ImageLimits) -> str:
    """SHA-256 of a seekable stream, read up to just over the limit and left at its start."""
    digest = hashlib.sha256()
    for chunk in _chunks(stream, limits.max_file_bytes):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def _chunks(stream: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """The stream's bytes; it ends with the first byte over the limit, which is enough to see that there are more."""
    left = max_bytes + 1
    while left > 0 and (chunk := stream.read(min(_CHUNK_BYTES, left))):
        left -= len(chunk)
        yield chunk
