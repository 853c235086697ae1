"""What the page of one analysis shows: the image with the cells of that day, and by what they were counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.services.figures.count_columns import types_in_words
from app.services.quality.look_back import OldAnalysis
from app.web.overlay import CLASS_NAMES, Overlay, build_overlay
from app.web.review_words import review_words


@dataclass(frozen=True, slots=True)
class _Image:
    """What the drawing of a field needs to know of its image."""

    id: int
    file_name: str
    width: int | None
    height: int | None
    status: str
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Item:
    """The field as the page's drawing expects it."""

    overlay: Overlay | None
    types_in_words: tuple[str, ...]


def old_analysis_values(found: OldAnalysis) -> dict[str, Any]:
    """Everything that the page shows."""
    review = getattr(found.record, "review", None)
    types = zip(("White cells", "Red cells"), types_in_words(found.record), strict=False)
    counts = found.record.counts
    return {
        "found": found,
        "image": _Image(found.image_id, found.file_name, found.width, found.height, "counted", found.erased_at),
        "item": _Item(build_overlay(found.record), tuple(f"{name}: {words}." for name, words in types if words)),
        "counts": [
            (name, counts.shown(code) if counts and code not in found.record.unavailable else None)
            for code, name in CLASS_NAMES.items()
        ],
        "review_words": review_words(review) if review else None,
    }
