"""What the list of samples shows."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from app.schemas.samples import ImageStatus, SamplePage, SampleStatus, SampleSummary
from app.web.status_words import SAMPLE_STATUS_LABELS

PAGE_SIZE = 25
_REMEMBERED_PAGES = 40
"""How many pages back "Newer" can go before it leads to the first page; keeps addresses short."""

_OFFERED_STATUSES = tuple(status for status in SampleStatus if status is not SampleStatus.SIGNED)


class HistorySearch(BaseModel):
    """What the list was asked for, as it stands in the address.

    ``after`` is the cursor of this page, empty for the first; ``newer`` holds the cursors of the pages before it, the
    nearest last, so that one can go back page by page.
    """

    query: str = Field(default="", max_length=64)
    status: str = ""
    after: str = ""
    newer: list[str] = Field(default_factory=list)

    @property
    def wanted_status(self) -> SampleStatus | None:
        """The status to show; None for any, and for a word in the address that is no status."""
        return SampleStatus(self.status) if self.status in set(SampleStatus) else None

    def address(self, *, after: str, newer: list[str]) -> str:
        """The address of another page of the same search."""
        values: dict[str, str | list[str]] = {"query": self.query, "status": self.status, "after": after}
        filled = {name: value for name, value in values.items() if value}
        return "/samples?" + urlencode(filled | {"newer": newer[-_REMEMBERED_PAGES:]}, doseq=True)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One sample in the list."""

    sample: SampleSummary

    @property
    def status_label(self) -> str:
        """The sample's status in a word or two."""
        return SAMPLE_STATUS_LABELS[self.sample.status]

    @property
    def images_text(self) -> str:
        """How many of its images the counts rest on."""
        counted = self.sample.images_by_status.get(ImageStatus.COUNTED, 0)
        return f"{counted} of {self.sample.images_total}" if self.sample.images_total else "0"


def history_values(search: HistorySearch, page: SamplePage) -> dict[str, Any]:
    """What the list shows of one page of samples."""
    older_url = search.address(after=page.next_cursor, newer=[*search.newer, search.after]) if page.next_cursor else ""
    newer_url = search.address(after=search.newer[-1], newer=search.newer[:-1]) if search.newer else ""
    return {
        "search": search,
        "rows": [HistoryRow(sample) for sample in page.items],
        "status_choices": [(status.value, SAMPLE_STATUS_LABELS[status]) for status in _OFFERED_STATUSES],
        "older_url": older_url,
        "newer_url": newer_url or ("/samples" if search.after else ""),
    }
