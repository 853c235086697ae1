"""How far a sample is, how long it will take, and what a person can do about it, in words."""

from collections import Counter
from dataclasses import dataclass

from app.schemas.samples import UNFINISHED, ImageStatus, SampleDetail, SampleStatus
from app.web.status_words import duration_words

_UNKNOWN = "Time to go: not available until a worker has measured how quick it is."
_RETRIABLE = (ImageStatus.FAILED, ImageStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class ProgressView:
    """The progress of one sample. ``time_to_go`` is a sentence, empty where nothing is waited for."""

    finished: int
    total: int
    is_pending: bool
    time_to_go: str
    can_cancel: bool
    can_retry: bool

    @property
    def version(self) -> str:
        """Differs whenever the progress would be drawn differently."""
        return f"{self.finished}.{self.total}.{version_of_words(self.time_to_go)}"

    @property
    def actions_version(self) -> str:
        """Differs whenever other buttons would be drawn; not with every image, or they could not be pressed."""
        shown = (self.can_cancel and "cancel", self.can_retry and "retry", self.is_pending and "queue")
        return "-".join(name or "none" for name in shown)


def build_progress(sample: SampleDetail, to_go_s: float | None) -> ProgressView:
    """The progress of a sample; ``to_go_s`` is None where the time to go is not available."""
    number = Counter(sample.images_by_status)
    unfinished = sum(number[status] for status in UNFINISHED)
    words = to_go_words(to_go_s) if unfinished else ""
    return ProgressView(
        finished=sample.images_total - unfinished,
        total=sample.images_total,
        is_pending=unfinished > 0,
        time_to_go=words,
        can_cancel=number[ImageStatus.QUEUED] > 0,
        can_retry=sample.status is not SampleStatus.SIGNED and any(number[status] for status in _RETRIABLE),
    )


def to_go_words(to_go_s: float | None) -> str:
    """The time to go as a sentence; None is told as not available."""
    return _UNKNOWN if to_go_s is None else f"{duration_words(to_go_s).capitalize()} to go."


def version_of_words(words: str) -> str:
    """Words as a part of a version: nothing in it that separates versions."""
    return "".join(character if character.isalnum() else "-" for character in words)
