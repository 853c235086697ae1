"""What the pages of the weights show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.schemas.weights import ReleaseStatus
from app.schemas.weights_overview import ReleaseDetail, WeightsOverview
from app.schemas.weights_report import ChangedField, DrawnCell
from app.services.weights.weights_intake import MAX_WEIGHTS_BYTES
from app.services.weights.weights_overview import OWN_WEIGHTS
from app.services.weights.weights_verdict import CLASS_WORDS, GROUP_WORDS, LEAST_CELLS
from app.settings import Settings
from app.web.overlay import cell_outline

STATUS_WORDS = {
    ReleaseStatus.QUARANTINED: "In quarantine",
    ReleaseStatus.CHECKING: "Being checked",
    ReleaseStatus.EVALUATING: "Being evaluated",
    ReleaseStatus.READY: "Evaluated",
    ReleaseStatus.REFUSED: "Refused",
    ReleaseStatus.FAILED: "Not evaluated",
}
STATUS_BADGES = {
    ReleaseStatus.QUARANTINED: "queued",
    ReleaseStatus.CHECKING: "counting",
    ReleaseStatus.EVALUATING: "counting",
    ReleaseStatus.READY: "ready",
    ReleaseStatus.REFUSED: "failed",
    ReleaseStatus.FAILED: "attention",
}
_MOST_PICTURES = 12


@dataclass(frozen=True, slots=True)
class FieldPicture:
    """One golden field with what one of the two weights counts in it, by class; ``differing`` the other does not."""

    title: str
    shared: tuple[tuple[str, str], ...]
    differing: tuple[tuple[str, str], ...]
    differing_cells: int


@dataclass(frozen=True, slots=True)
class ChangedView:
    """A field that changed, and its two pictures; without an ``address`` of an image only its counts are shown."""

    field: ChangedField
    address: str | None
    pictures: tuple[FieldPicture, ...]


def weights_values(overview: WeightsOverview, settings: Settings, *, error: str | None) -> dict[str, Any]:
    """What the page of all weights shows."""
    active = overview.active_release
    return {
        "overview": overview,
        "active_title": OWN_WEIGHTS if active is None else active.title,
        "own_names": sorted({w.weights for w in overview.workers if w.is_alive and w.weights}) if not active else [],
        "needs_second": settings.weights_second_person,
        "margin_points": settings.weights_margin_points,
        "max_bytes": MAX_WEIGHTS_BYTES,
        "status_words": STATUS_WORDS,
        "status_badges": STATUS_BADGES,
        "error": error,
    }


def release_values(detail: ReleaseDetail, settings: Settings, *, error: str | None) -> dict[str, Any]:
    """What the page of one release shows."""
    changed = detail.report.changed if detail.report else ()
    return {
        "detail": detail,
        "release": detail.release,
        "report": detail.report,
        "changed": [_changed_view(field, at < _MOST_PICTURES) for at, field in enumerate(changed)],
        "class_words": CLASS_WORDS,
        "group_words": GROUP_WORDS,
        "least_cells": LEAST_CELLS,
        "needs_second": settings.weights_second_person,
        "margin_points": settings.weights_margin_points,
        "status_words": STATUS_WORDS,
        "status_badges": STATUS_BADGES,
        "error": error,
    }


def _changed_view(field: ChangedField, has_pictures: bool) -> ChangedView:  # noqa: FBT001
    address = _address(field)
    if address is None or not has_pictures or field.width is None:
        return ChangedView(field, None, ())
    pictures = (_picture("The active weights", field.baseline_cells), _picture("These weights", field.candidate_cells))
    return ChangedView(field, address, pictures)


def _address(field: ChangedField) -> str | None:
    if field.number is None:
        return None
    return f"/admin/weights/drawn/{field.number}.png" if field.group == "drawn" else f"/images/{field.number}/display"


def _picture(title: str, cells: Iterable[DrawnCell]) -> FieldPicture:
    shared: dict[str, str] = {}
    differing: dict[str, str] = {}
    number = 0
    for cell in cells:
        paths = shared if cell.shared else differing
        number += not cell.shared
        paths[cell.cell_class] = paths.get(cell.cell_class, "") + cell_outline(cell.cell_class, cell.box)
    return FieldPicture(title, tuple(shared.items()), tuple(differing.items()), number)
