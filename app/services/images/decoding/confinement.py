"""The bounds of a decoder process, which it sets for itself before it reads its first file."""

import math
import resource
from pathlib import Path

from model.preprocessing import ImageLimits
from model.types import Size

_OPEN_FILES = 64
_WORKING_BYTES = 256_000_000
"""Room for what a decoder keeps beside the pixels: tables, palettes, text, and camera notes."""

_BYTES_A_PIXEL = 24
"""Most memory of a pixel while it is read: four bytes a colour in Pillow, two copies in libwebp, one to hand over."""

_STATM = Path("/proc/self/statm")


def confine() -> None:
    """Give up for good what reading an image never needs: new processes, written files, and dumps of memory."""
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (most, most))


def bound_processor_time(seconds: float) -> None:
    """End this process when it has computed for so much longer: also where nobody is left who would stop it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


class BoundedLimits(ImageLimits):
    """The limits of an image, which also bound the memory of this process to what an image of its size may need.

    The size is checked once the header is read and before a pixel is unpacked, so this is the moment to do it.
    """

    __slots__ = ()

    def check_size(self, size: Size) -> None:
        """Pass an image of ``size`` pixels, or refuse it, as ``ImageLimits`` does.

        Raises:
            ImageRefused: As ``ImageLimits.check_size``.
        """
        ImageLimits.check_size(self, size)
        bound_memory(_BYTES_A_PIXEL * size.width * size.height)


def bound_memory(more_bytes: int) -> None:
    """Let this process take so much memory beyond what it has now; where the system does not tell, no bound is set."""
    if not _STATM.exists():
        return
    now = int(_STATM.read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (now + _WORKING_BYTES + more_bytes, hard))
