"""What has to be known before a sample is signed: pure rules over its state and its fields' records.

The list follows the sign checks of review stations (reference/clinical.md 7.1) and what a count needs to be worth
printing (3.3).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from app.schemas.result_record import ResultRecord
from app.schemas.reviews import ReviewedCellEntry
from app.schemas.samples import UNFINISHED, ImageStatus, ImageSummary, SampleDetail
from app.schemas.sign_checks import SignCheck
from model.classes import CellClass
from model.counting import disagreeing_classes

SMALLEST_DIFFERENTIAL = 100
"""White cells of a routine differential (reference/clinical.md 1.3)."""

SMALLEST_COUNT = 10
"""Cells under which a count says little: its exact 95 % interval reaches from half to nearly twice of it."""

_COUNTS_DISAGREE = "counts_disagree"
_MOST_NAMES = 5
_STATUS_WORDS = {
    ImageStatus.REFUSED: ("refused", "Upload better photographs of these places, or set the images aside."),
    ImageStatus.FAILED: ("failed", "Try them again on the sample's page, or set them aside."),
    ImageStatus.CANCELLED: ("cancelled", "Try them again on the sample's page, or set them aside."),
}


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What the checks need of one counted field, as persons left it; ``engine`` is what ran the network.

    ``white_cells`` of it count, ``unconfirmed`` of them carry the network's suggestion alone; ``is_apart`` where the
    two ways of counting disagree.
    """

    white_cells: int
    unconfirmed: int
    is_apart: bool
    engine: str | None = None


Facts = Mapping[int, FieldFacts]
"""Of a sample's counted images, by the image's number."""


def field_facts(record: ResultRecord) -> FieldFacts:
    """The facts of a counted field; the two ways of counting are set against each other with the corrected cells."""
    white = [cell for cell in record.cells if cell.counted and cell.cell_class is CellClass.WHITE_BLOOD_CELL]
    confirmed = sum(isinstance(cell, ReviewedCellEntry) and cell.confirmed_by is not None for cell in white)
    counts = record.counts.model_dump() if record.counts else {}
    is_apart = bool(counts and record.head_counts and disagreeing_classes(counts, record.head_counts))
    return FieldFacts(len(white), len(white) - confirmed, is_apart, record.engine)


def compute_sign_checks(sample: SampleDetail, facts: Facts) -> tuple[SignCheck, ...]:
    """Everything to know before this sample is signed, what forbids it first."""
    found = chain(
        _blocking(sample),
        _without_counts(sample),
        _white_cells(sample, facts),
        _disagreements(sample, facts),
        _warnings(sample),
        _small_numbers(sample),
        _unevenness(sample),
    )
    return tuple(sorted(found, key=lambda check: not check.is_blocking))


def _blocking(sample: SampleDetail) -> Iterator[SignCheck]:
    pending = [image for image in sample.images if image.status in UNFINISHED]
    if pending:
        yield SignCheck(
            code="still_counting",
            title="Still counting",
            message=f"{_images(len(pending))} of this sample {_is(len(pending))} not finished: {_names(pending)}.",
            next_step="Wait until every image is counted, or cancel those that wait.",
            link=f"/samples/{sample.id}",
            is_blocking=True,
        )
    elif sample.counts is None:
        yield SignCheck(
            code="nothing_counted",
            title="Nothing counted",
            message="No image of this sample was counted, so there is no result to sign.",
            next_step="Add a photograph of the smear to the sample.",
            link=f"/samples/{sample.id}",
            is_blocking=True,
        )


def _without_counts(sample: SampleDetail) -> Iterator[SignCheck]:
    for status, (word, next_step) in _STATUS_WORDS.items():
        lost = [image for image in sample.images if image.status is status and image.set_aside_at is None]
        if lost:
            yield SignCheck(
                code=f"images_{word}",
                title=f"Images {word}",
                message=f"{_images(len(lost))} {_was(len(lost))} {word} and in no count: {_names(lost)}.",
                next_step=next_step,
                link=f"/samples/{sample.id}",
            )
    aside = [image for image in sample.images if image.set_aside_at is not None]
    if aside:
        yield SignCheck(
            code="images_set_aside",
            title="Images set aside",
            message=f"A person set {_images(len(aside))} aside; in no count: {_names(aside)}.",
            next_step="Take an image back on the sample's page if the result should not do without it.",
            link=f"/samples/{sample.id}",
        )


def _white_cells(sample: SampleDetail, facts: Facts) -> Iterator[SignCheck]:
    found = sample.differential
    if found is not None and found.unidentified:
        yield SignCheck(
            code="unidentified_white_cells",
            title="Unidentified white cells left",
            message=f"{found.unidentified:,} of {found.unidentified + found.identified:,} white cells have no "
            "type. They are in no percentage, and nucleated red cells may be among them.",
            next_step="Name them in the gallery of white cells.",
            link=f"/samples/{sample.id}/gallery",
        )
    cells = sum(field.white_cells for field in facts.values())
    alone = sum(field.unconfirmed for field in facts.values())
    if alone:
        yield SignCheck(
            code="white_cells_unconfirmed",
            title="White cells that nobody confirmed",
            message=f"{alone:,} of {cells:,} white cells carry the network's suggestion alone.",
            next_step="Look through the gallery of white cells and confirm them.",
            link=f"/samples/{sample.id}/gallery",
        )
    if found is not None and found.identified < SMALLEST_DIFFERENTIAL:
        yield SignCheck(
            code="short_differential",
            title=f"Short differential (n = {found.identified:,})",
            message=f"A routine differential has at least {SMALLEST_DIFFERENTIAL} identified white cells; "
            + ("with none there are no percentages." if found.identified == 0 else "the intervals are wide."),
            next_step="Add photographs of more places of the smear.",
            link=f"/samples/{sample.id}",
        )


def _disagreements(sample: SampleDetail, facts: Facts) -> Iterator[SignCheck]:
    apart = [image for image in sample.images if image.id in facts and facts[image.id].is_apart]
    if apart:
        yield SignCheck(
            code=_COUNTS_DISAGREE,
            title="Two ways of counting disagree",
            message=f"On {_images(len(apart))} the cells found and the number that the network expects lie further "
            f"apart than both may err: {_names(apart)}.",
            next_step="Look for cells that were missed or invented there.",
            link=f"/samples/{sample.id}/fields/{apart[0].id}",
        )


def _warnings(sample: SampleDetail) -> Iterator[SignCheck]:
    """One check for each kind of warning; that of disagreeing counts is judged anew above."""
    by_code: dict[str, list[tuple[ImageSummary, str]]] = {}
    for image in sample.images:
        if image.status is ImageStatus.COUNTED:
            for warning in image.warnings:
                by_code.setdefault(warning.code, []).append((image, warning.message))
    for code, warned in sorted(by_code.items()):
        if code != _COUNTS_DISAGREE:
            yield SignCheck(
                code=f"warning_{code}",
                title=f"Warning: {code.replace('_', ' ')}",
                message=f"On {_images(len(warned))} ({_names([image for image, _ in warned])}): {warned[0][1]}",
                next_step="Look at these images; photograph the place again if the warning is right.",
                link=f"/samples/{sample.id}/images/{warned[0][0].id}",
            )


def _small_numbers(sample: SampleDetail) -> Iterator[SignCheck]:
    shown = {code: sample.counts.shown(code) for code in ("RBC", "PLT")} if sample.counts else {}
    few = [f"{code} {count}" for code, count in shown.items() if count is not None and count < SMALLEST_COUNT]
    if few:
        yield SignCheck(
            code="few_cells",
            title="Too few cells",
            message=f"{' and '.join(few)}: with fewer than {SMALLEST_COUNT} cells a count says little.",
            next_step="Add photographs of more places of the smear.",
            link=f"/samples/{sample.id}",
        )


def _unevenness(sample: SampleDetail) -> Iterator[SignCheck]:
    uneven = [code for code, one in sample.figures.evenness.items() if one.is_uneven]
    if uneven:
        yield SignCheck(
            code="uneven_fields",
            title="Cells lie unevenly on the fields",
            message=f"{' and '.join(uneven)}: the fields differ more than chance explains, so that the intervals of "
            "these counts are too narrow.",
            next_step="Look for clumps, an edge or a thick part of the smear.",
            link=f"/samples/{sample.id}",
        )


def _names(images: Sequence[ImageSummary]) -> str:
    shown = ", ".join(image.file_name for image in images[:_MOST_NAMES])
    rest = len(images) - _MOST_NAMES
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def _images(number: int) -> str:
    return f"{number:,} {'image' if number == 1 else 'images'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
