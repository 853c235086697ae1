"""The parts of a file, read as one file that can be sought in, without ever being put together on disk."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from typing import BinaryIO, cast

from app.db.records import UploadPartRecord
from app.storage import ImageStore

_BUFFER_BYTES = 256 * 1024


class _JoinedParts(io.RawIOBase):
    """Parts that follow each other; one of them is open at a time."""

    def __init__(self, store: ImageStore, parts: Sequence[UploadPartRecord]) -> None:
        self._store = store
        self._parts = [part for part in parts if part.byte_size]
        self._starts = [part.offset_bytes for part in self._parts]
        self._size = self._starts[-1] + self._parts[-1].byte_size if self._parts else 0
        self._at = 0
        self._open: tuple[int, BinaryIO] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the file, as files do.

        Raises:
            ValueError: It lies before the file.
        """
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"the place {base + offset} lies before the file")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # io declares a wider type
        """Read what follows into a buffer, at most up to the end of a part.

        Raises:
            OSError: A part is shorter than it was.
        """
        if self._at >= self._size:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        part, stream = self._parts[number], self._stream(number)
        inside = self._at - part.offset_bytes
        if stream.tell() != inside:
            stream.seek(inside)
        wanted = min(len(buffer), part.byte_size - inside)
        piece = stream.read(wanted)
        if not piece:
            raise OSError(f"a part of an upload ends after {inside} of {part.byte_size} bytes")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None
        super().close()

    def _stream(self, number: int) -> BinaryIO:
        if self._open is not None and self._open[0] == number:
            return self._open[1]
        if self._open is not None:
            self._open[1].close()
        stream = self._store.open(self._parts[number].storage_key)
        self._open = (number, stream)
        return stream


def open_joined(store: ImageStore, parts: Sequence[UploadPartRecord]) -> BinaryIO:
    """The parts, in their order, as one seekable file; the caller closes it.

    Raises:
        FileNotFoundError: While reading: the store has lost a part.
        OSError: While reading: a part is shorter than it was.
    """
    return cast("BinaryIO", io.BufferedReader(_JoinedParts(store, parts), _BUFFER_BYTES))
