"""What the application asks of an image file, answered by a decoder process."""

import fcntl
import io
import mmap
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

import numpy as np

from app.services.images.decoding.pool import DecoderFailed, DecoderPool, shared_pool
from app.settings import Settings
from model.preprocessing import DecodedImage, ImageDescription, ImageInspection, ImageLimits, ImageRefused
from model.types import Notice, Size

_CHANNELS = 3
_FAILURES = {
    "crashed": "The file makes the decoder of images fail, so it was not taken; save it anew as JPEG or PNG.",
    "timed_out": "Reading the file took longer than {seconds:g} seconds, so it was not taken; save it as a plain JPEG "
    "or PNG. If it is sound and only large, raise BLOODCOUNT_DECODE_SECONDS on the server.",
    "out_of_memory": "Reading the file needs more memory than an image of its size may take, so it was not taken; save "
    "it as a plain JPEG or PNG.",
}


@dataclass(frozen=True, slots=True)
class ImageReader:
    """Reads image files outside this process, within limits of size, time and memory.

    A file that makes a decoder crash, hang or take too much memory is refused like any other that is no sound image,
    with the codes ``decoder_crashed``, ``decoder_timed_out`` and ``decoder_out_of_memory``.
    """

    limits: ImageLimits
    seconds: float
    pool: DecoderPool = field(default_factory=shared_pool)

    def inspect(self, content: bytes | BinaryIO) -> ImageInspection:
        """Format and upright size of an image, read to its end to be sure that it is sound.

        Raises:
            ImageRefused: It is no image that can be counted.
            DecoderUnavailable: No decoder process can be started.
        """
        with _readable(content) as file:
            answer = self._ask("inspect", file)
        return ImageInspection(answer["format"], Size(*answer["size"]))

    def describe(self, content: bytes | BinaryIO) -> ImageDescription:
        """Format, stored size and orientation of an image, told by its header alone.

        Raises:
            ImageRefused: It is no image that can be counted.
            DecoderUnavailable: No decoder process can be started.
        """
        with _readable(content) as file:
            answer = self._ask("describe", file)
        return ImageDescription(answer["format"], Size(*answer["size"]), answer["orientation"])

    def decode(self, content: bytes | BinaryIO) -> DecodedImage:
        """The upright pixels of an image.

        Raises:
            ImageRefused: It is no image that can be counted.
            DecoderUnavailable: No decoder process can be started.
        """
        with _readable(content) as file, _lent_memory(self.limits.max_pixels * _CHANNELS) as memory:
            answer = self._ask("decode", file, memory)
            size = Size(*answer["size"])
            self.limits.check_size(size)
            # Copied where it is written to only; the memory is given back with the last array on it.
            pixels = mmap.mmap(memory, size.width * size.height * _CHANNELS, access=mmap.ACCESS_COPY)
        image_hwc_u8 = np.frombuffer(pixels, dtype=np.uint8).reshape(size.height, size.width, _CHANNELS)
        warnings = tuple(Notice(*warning) for warning in answer["warnings"])
        return DecodedImage(image_hwc_u8, size, answer["format"], warnings)

    def _ask(self, operation: str, *files: int) -> dict[str, Any]:
        question = {"do": operation, "limits": asdict(self.limits)}
        try:
            answer = self.pool.ask(question, files, seconds=self.seconds)
        except DecoderFailed as failure:
            message = _FAILURES[failure.how].format(seconds=self.seconds)
            raise ImageRefused(f"decoder_{failure.how}", message) from failure
        if "refused" in answer:
            raise ImageRefused(*answer["refused"])
        return answer


def image_reader(settings: Settings) -> ImageReader:
    """A reader with the limits of an installation."""
    limits = ImageLimits(max_file_bytes=settings.max_file_bytes, max_pixels=settings.max_image_pixels)
    return ImageReader(limits, settings.decode_seconds)


@contextmanager
def _readable(content: bytes | BinaryIO) -> Iterator[int]:
    """A descriptor from which the whole content can be read, and to which nothing can be written."""
    with _as_file(content) as file:
        if file.writable():
            file.flush()
        descriptor = os.open(f"/dev/fd/{file.fileno()}", os.O_RDONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


@contextmanager
def _as_file(content: bytes | BinaryIO) -> Iterator[BinaryIO]:
    """The content as a file of the system; what is none, such as an object of a remote store, is copied into one."""
    if not isinstance(content, bytes):
        try:
            content.fileno()
        except io.UnsupportedOperation:
            pass
        else:
            yield content
            return
    if isinstance(content, bytes) and hasattr(os, "memfd_create"):
        copy: BinaryIO = os.fdopen(os.memfd_create("image", os.MFD_CLOEXEC), "w+b")
    else:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, like the other
    with copy:
        shutil.copyfileobj(io.BytesIO(content) if isinstance(content, bytes) else content, copy)
        yield copy


@contextmanager
def _lent_memory(size_bytes: int) -> Iterator[int]:
    """Memory that a decoder can fill and not resize: shrunk under this process, it would end it."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, size_bytes)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
        os.ftruncate(descriptor, size_bytes)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
