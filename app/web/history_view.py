"""What the worklist shows: samples, newest first."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from app.db.repositories.sample_search import SampleFilter
from app.errors import InvalidInput
from app.schemas.samples import ImageStatus, SamplePage, SampleStatus, SampleSummary
from app.services.samples.sample_filters import registered_between
from app.web.detail_words import person_words
from app.web.status_words import SAMPLE_STATUS_LABELS
from app.web.templating import age

PAGE_SIZE = 25
_REMEMBERED_PAGES = 40
"""How many pages back "Newer" can go before it leads to the first page; keeps addresses short."""

_LOST = (ImageStatus.REFUSED, ImageStatus.FAILED, ImageStatus.CANCELLED)


class HistorySearch(BaseModel):
    """What the list was asked for, as it stands in the address.

    ``after`` is the cursor of this page, empty for the first; ``newer`` holds the cursors of the pages before it, the
    nearest last, so that one can go back page by page.
    """

    query: str = Field(default="", max_length=64)
    status: str = ""
    warnings: str = ""
    review: str = ""
    since: str = ""
    until: str = ""
    after: str = ""
    newer: list[str] = Field(default_factory=list)

    @property
    def wanted_status(self) -> SampleStatus | None:
        """The status to show; None for any, and for a word in the address that is no status."""
        return SampleStatus(self.status) if self.status in set(SampleStatus) else None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but all samples is asked for."""
        return any((self.query, self.status, self.warnings, self.review, self.since, self.until))

    def wanted(self) -> SampleFilter:
        """What is asked for besides number and status.

        Raises:
            InvalidInput: A day is no date, or the last is before the first.
        """
        since, until = _day("since", self.since), _day("until", self.until)
        return registered_between(since, until, has_warnings=bool(self.warnings), needs_review=bool(self.review))

    def address(self, *, after: str, newer: list[str]) -> str:
        """The address of another page of the same search."""
        values: dict[str, str | list[str]] = self.model_dump(exclude={"newer"}) | {"after": after}
        filled = {name: value for name, value in values.items() if value}
        return "/samples?" + urlencode(filled | {"newer": newer[-_REMEMBERED_PAGES:]}, doseq=True)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One sample in the list, as it is at the moment ``now``."""

    sample: SampleSummary
    now: datetime

    @property
    def status_label(self) -> str:
        """The sample's status in a word or two."""
        return SAMPLE_STATUS_LABELS[self.sample.status]

    @property
    def images_text(self) -> str:
        """How many of its images the counts rest on."""
        counted = self.sample.images_by_status.get(ImageStatus.COUNTED, 0)
        return f"{counted} of {self.sample.images_total}" if self.sample.images_total else "0"

    @property
    def age_text(self) -> str:
        """How long ago it was registered."""
        return age(max(0.0, (self.now - self.sample.created_at).total_seconds()))

    @property
    def person(self) -> str:
        """Patient code, sex and age, as far as they are known."""
        return " · ".join(part for part in (self.sample.patient_code or "", person_words(self.sample)) if part)

    @property
    def flags(self) -> tuple[str, ...]:
        """What a person should look at: images without counts, warnings, unidentified white cells."""
        lost = sum(self.sample.images_by_status.get(status, 0) for status in _LOST) - self.sample.images_set_aside
        numbers = (
            (lost, "image without counts", "images without counts"),
            (self.sample.warning_count, "warning", "warnings"),
            (self.sample.unidentified_cells, "unidentified cell", "unidentified cells"),
        )
        return tuple(f"{number:,} {one if number == 1 else many}" for number, one, many in numbers if number > 0)


def history_values(search: HistorySearch, page: SamplePage) -> dict[str, Any]:
    """What the list shows of one page of samples."""
    older_url = search.address(after=page.next_cursor, newer=[*search.newer, search.after]) if page.next_cursor else ""
    newer_url = search.address(after=search.newer[-1], newer=search.newer[:-1]) if search.newer else ""
    first_url = search.address(after="", newer=[])
    now = datetime.now(UTC)
    return {
        "search": search,
        "rows": [HistoryRow(sample, now) for sample in page.items],
        "status_choices": [(status.value, SAMPLE_STATUS_LABELS[status]) for status in SampleStatus],
        "older_url": older_url,
        "newer_url": newer_url or (first_url if search.after else ""),
    }


def _day(field: str, text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(field, f"{text[:20]!r} is no day; write it as 2026-11-27.") from error
