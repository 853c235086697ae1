"""What the sample page shows, worked out before any HTML is written."""

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus, ImageSummary, SampleDetail, SampleStatus
from app.services.figures.count_columns import types_in_words
from app.web.detail_words import detail_words
from app.web.figures_view import FiguresView, build_figures_view, evenness_words, shared_evenness_note
from app.web.findings_view import FindingsView, build_findings_view, count_words
from app.web.overlay import CLASS_NAMES, Overlay, build_overlay
from app.web.progress_view import ProgressView, build_progress
from app.web.review_words import review_words, source_words
from app.web.status_words import Coverage, coverage_of, image_status_label

IMAGES_PER_PAGE = 24

ReadRecord = Callable[[int], ResultRecord]
"""Reads the result record of an image by its number."""


@dataclass(frozen=True, slots=True)
class CountTile:
    """One pooled count; None until an image is counted, and where the weights cannot tell such cells apart.

    ``interval`` gives its exact 95 % interval in words, None with the count. ``evenness`` says how even the fields
    are, empty where that is not looked at; ``is_uneven`` where they are not.
    """

    code: str
    name: str
    value: int | None
    interval: str | None
    evenness: str = ""
    is_uneven: bool = False


@dataclass(frozen=True, slots=True)
class ImageView:
    """One image of the page. ``position`` counts from 1 in the order of upload.

    Where the sample ``is_signed`` there is nothing that could be done about it.
    """

    image: ImageSummary
    position: int
    record: ResultRecord | None
    overlay: Overlay | None
    is_signed: bool = False

    @property
    def status_label(self) -> str:
        """The image's status in a word or two."""
        return image_status_label(self.image.status, is_set_aside=self.image.set_aside_at is not None)

    @property
    def version(self) -> str:
        """Differs whenever the image would be drawn differently."""
        return image_version(self.image)

    @property
    def actions(self) -> tuple[str, ...]:
        """What a person can do about it now: ``cancel``, ``retry``, ``set-aside``, ``take-back``."""
        return () if self.is_signed else image_actions(self.image)

    @property
    def review_words(self) -> str | None:
        """What persons changed on it; None where nobody has."""
        return review_words(self.image.review) if self.image.review else None

    @property
    def types_in_words(self) -> tuple[str, ...]:
        """Its white and its red cells by type, each in one line; nothing where the weights name no cells."""
        found = types_in_words(self.record) if self.record else ()
        lines = zip(("White cells", "Red cells"), found, strict=False)
        return tuple(f"{name}: {words}." for name, words in lines if words)


@dataclass(frozen=True, slots=True)
class SampleView:
    """One sample and one page of its images; ``evenness_note`` says once what keeps every class from being tested."""

    sample: SampleDetail
    coverage: Coverage
    tiles: tuple[CountTile, ...]
    evenness_note: str
    findings: FindingsView
    figures: FiguresView
    images: tuple[ImageView, ...]
    page: int
    page_count: int
    progress: ProgressView

    @property
    def is_pending(self) -> bool:
        """Whether an image still waits or is being counted, so that the page will change by itself."""
        return self.coverage.is_pending

    @property
    def source_words(self) -> str:
        """Whose counts these are."""
        return source_words([image.review for image in self.sample.images if image.counts is not None])

    @property
    def is_signed(self) -> bool:
        """Whether the sample stands still, so that nothing of it can be changed."""
        return self.sample.status is SampleStatus.SIGNED

    @property
    def is_reviewed(self) -> bool:
        """Whether a person has confirmed or changed a cell of the sample."""
        return any(image.review and image.review.touched for image in self.sample.images)

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """What is known of the sample besides its images, by name; only what is known."""
        return detail_words(self.sample)

    @property
    def summary_version(self) -> str:
        """Differs whenever the summary would be drawn differently."""
        return summary_version(self.sample)


def summary_version(sample: SampleDetail) -> str:
    """Differs whenever the statuses of the sample's images or its figures do, and with every edit of a person."""
    by_status = sample.images_by_status
    edits = sum(image.review.revision for image in sample.images if image.review)
    numbers = [*(by_status.get(status, 0) for status in ImageStatus), sample.images_set_aside, edits]
    # What a person entered of the sample changes the figures and no image.
    figures = crc32(sample.figures.model_dump_json().encode())
    return "-".join(map(str, [*numbers, figures]))


def image_version(image: ImageSummary) -> str:
    """Differs whenever the image would be drawn differently."""
    aside = "-aside" if image.set_aside_at else ""
    edits = f"-edit{image.review.revision}" if image.review else ""
    return f"{image.status.value}{aside}{edits}"


def image_actions(image: ImageSummary) -> tuple[str, ...]:
    """What a person can do about an image now, in the words of its addresses."""
    if image.status is ImageStatus.QUEUED:
        return ("cancel",)
    if image.status in (ImageStatus.COUNTING, ImageStatus.COUNTED):
        return ()
    if image.set_aside_at:
        return ("take-back",)
    return ("set-aside",) if image.status is ImageStatus.REFUSED else ("retry", "set-aside")


def image_address(sample: SampleDetail, image_id: int) -> str:
    """Where an image stands on its sample's pages; the sample's first page where it has no such image."""
    position = next((at for at, image in enumerate(sample.images) if image.id == image_id), None)
    if position is None:
        return f"/samples/{sample.id}"
    return f"/samples/{sample.id}?page={position // IMAGES_PER_PAGE + 1}#image-{image_id}"


def page_of_images(sample: SampleDetail, page: int) -> tuple[int, tuple[ImageSummary, ...]]:
    """The position of the first image on a page, counted from 1, and the page's images."""
    start = (page - 1) * IMAGES_PER_PAGE
    return start + 1, sample.images[start : start + IMAGES_PER_PAGE]


def build_sample_view(
    sample: SampleDetail,
    read_record: ReadRecord,
    *,
    page: int = 1,
    to_go_s: float | None = None,
    with_images: bool = True,
) -> SampleView:
    """What the page shows of a sample; a page before the first or beyond the last shows the nearest.

    ``to_go_s`` is how long until its last image is counted, None where that is not available. Without images their
    records are not read.
    """
    page_count = max(1, -(-len(sample.images) // IMAGES_PER_PAGE))
    page = min(max(1, page), page_count)
    first, images = page_of_images(sample, page) if with_images else (1, ())
    return SampleView(
        sample=sample,
        coverage=coverage_of(sample.images_by_status, sample.images_set_aside),
        tiles=_tiles(sample),
        evenness_note=shared_evenness_note(sample.figures.evenness),
        findings=build_findings_view(sample),
        figures=build_figures_view(sample),
        images=tuple(
            build_image_view(sample, image, position, read_record) for position, image in enumerate(images, first)
        ),
        page=page,
        page_count=page_count,
        progress=build_progress(sample, to_go_s),
    )


def build_image_view(sample: SampleDetail, image: ImageSummary, position: int, read_record: ReadRecord) -> ImageView:
    """What the page shows of one image of a sample; its record is read only when there is one to draw."""
    record = read_record(image.id) if image.status == ImageStatus.COUNTED else None
    overlay = build_overlay(record) if record else None
    return ImageView(image, position, record, overlay, is_signed=sample.status is SampleStatus.SIGNED)


def _tiles(sample: SampleDetail) -> tuple[CountTile, ...]:
    return tuple(_tile(sample, code, name) for code, name in CLASS_NAMES.items())


def _tile(sample: SampleDetail, code: str, name: str) -> CountTile:
    value = sample.counts.shown(code) if sample.counts else None
    interval = (sample.count_intervals or {}).get(code)
    evenness = sample.figures.evenness.get(code)
    return CountTile(
        code,
        name,
        value,
        count_words(interval) if interval else None,
        "" if shared_evenness_note(sample.figures.evenness) else evenness_words(evenness),
        is_uneven=evenness is not None and evenness.is_uneven,
    )
