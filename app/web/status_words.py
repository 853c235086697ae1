"""How statuses and coverage are told in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.schemas.batches import BatchFileStatus, BatchStatus
from app.schemas.samples import ImageStatus, SampleStatus

SAMPLE_STATUS_LABELS = {
    SampleStatus.EMPTY: "No images",
    SampleStatus.QUEUED: "Waiting",
    SampleStatus.COUNTING: "Counting",
    SampleStatus.READY: "Counted",
    SampleStatus.ATTENTION: "Needs attention",
    SampleStatus.SIGNED: "Signed",
}
IMAGE_STATUS_LABELS = {
    ImageStatus.QUEUED: "Waiting",
    ImageStatus.COUNTING: "Counting",
    ImageStatus.COUNTED: "Counted",
    ImageStatus.REFUSED: "Not counted",
    ImageStatus.FAILED: "Failed",
    ImageStatus.CANCELLED: "Cancelled",
}
BATCH_STATUS_LABELS = {
    BatchStatus.SENDING: "Being sent",
    BatchStatus.UNPACKING: "Unpacking",
    BatchStatus.COUNTING: "Counting",
    BatchStatus.READY: "Counted",
    BatchStatus.ATTENTION: "Needs attention",
    BatchStatus.EMPTY: "No files",
}
FILE_STATE_LABELS = {
    BatchFileStatus.AWAITED.value: "Not sent yet",
    BatchFileStatus.UNPACKING.value: "Unpacking",
    BatchFileStatus.UNPACKED.value: "Unpacked",
    **{status.value: label for status, label in IMAGE_STATUS_LABELS.items()},
    BatchFileStatus.SKIPPED.value: "Left out",
    BatchFileStatus.ABANDONED.value: "Never arrived",
}
_REST_PHRASES = (
    (ImageStatus.REFUSED, "refused"),
    (ImageStatus.FAILED, "failed"),
    (ImageStatus.CANCELLED, "cancelled"),
    (ImageStatus.COUNTING, "being counted"),
    (ImageStatus.QUEUED, "waiting"),
)


_SHORT_S, _MINUTE_S = 10, 60


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a sample's images its pooled counts rest on, in one sentence.

    ``is_partial`` holds whenever an image is not in the counts that nobody set aside; then they are never shown as
    complete.
    """

    text: str
    tone: Literal["good", "caution", "busy", "none"]
    symbol: str
    is_partial: bool
    is_pending: bool


def coverage_of(images_by_status: Mapping[ImageStatus, int], set_aside: int = 0) -> Coverage:
    """The coverage of a sample with so many images in each status, ``set_aside`` of those without counts set aside."""
    counted = images_by_status.get(ImageStatus.COUNTED, 0)
    total = sum(images_by_status.values())
    pending = images_by_status.get(ImageStatus.QUEUED, 0) + images_by_status.get(ImageStatus.COUNTING, 0)
    if total == 0:
        return Coverage(
            "No image yet, so there is nothing to count.", "none", "empty", is_partial=False, is_pending=False
        )
    if counted == total:
        text = "The image is counted." if total == 1 else f"All {total:,} images are counted."
        return Coverage(text, "good", "counted", is_partial=False, is_pending=False)
    if counted and counted + set_aside == total:
        text = f"{counted:,} of {total:,} images counted; {set_aside:,} set aside by a person and not in the counts."
        return Coverage(text, "good", "counted", is_partial=False, is_pending=False)
    rest = [f"{images_by_status[status]:,} {words}" for status, words in _REST_PHRASES if images_by_status.get(status)]
    rest += [f"{set_aside:,} of them set aside"] if set_aside else []
    noun = "image" if total == 1 else "images"
    text = f"{counted:,} of {total:,} {noun} counted{' so far' if pending else ''}: {', '.join(rest)}."
    if counted:
        text += " The counts leave these out."
    tone: Literal["caution", "busy"] = "busy" if pending else "caution"
    symbol = "counting" if pending else "attention"
    return Coverage(text, tone, symbol, is_partial=True, is_pending=pending > 0)


def image_status_label(status: ImageStatus, *, is_set_aside: bool) -> str:
    """An image's status in a word or two, and whether a person set it aside."""
    label = IMAGE_STATUS_LABELS[status]
    return f"{label}, set aside" if is_set_aside else label


def duration_words(seconds: float) -> str:
    """A time that lies ahead, as exactly as it can be known: ``about 40 seconds``, ``about 2 hours 10 minutes``."""
    if seconds < _SHORT_S:
        return "less than 10 seconds"
    if seconds < _MINUTE_S:
        return f"about {math.ceil(seconds / _SHORT_S) * _SHORT_S} seconds"
    minutes = math.ceil(seconds / _MINUTE_S)
    hours, rest = divmod(minutes, _MINUTE_S)
    parts = [_counted(hours, "hour")] if hours else []
    parts += [_counted(rest, "minute")] if rest else []
    return f"about {' '.join(parts)}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
