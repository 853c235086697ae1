"""A sample and its images, as forms send them and as pages and the API show them."""

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, computed_field

from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.base import Schema
from app.schemas.counts import ClassCounts
from app.schemas.figures import SampleFigures
from app.schemas.findings import Differential, Interval, Morphology
from app.schemas.measurements import Measurements
from app.schemas.patients import AgeUnit, Sex
from app.schemas.reviews import ReviewSummary
from app.schemas.sample_details import SampleDetails
from app.schemas.signed_reports import OpenCorrection, ReportVersion
from model.counting import NUCLEATED_RED_CELL
from model.types import Notice

MAX_ACCESSION_CHARACTERS = 64
MAX_NOTE_CHARACTERS = 2000


class ImageStatus(StrEnum):
    """Where one image stands: queued, counting, then counted, refused or failed, or cancelled by a person."""

    QUEUED = "queued"
    COUNTING = "counting"
    COUNTED = "counted"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (ImageStatus.QUEUED, ImageStatus.COUNTING)
"""Statuses of an image that still waits for its counts."""


class SampleStatus(StrEnum):
    """Where a sample stands, derived from its images.

    ``attention`` means that every image is finished and at least one was refused, failed or cancelled, so
    that the counts rest on fewer images than were uploaded. Images that a person set aside are no reason for it,
    unless nothing else was counted. ``signed`` is a sample whose newest report is signed and not being corrected.
    """

    EMPTY = "empty"
    QUEUED = "queued"
    COUNTING = "counting"
    READY = "ready"
    ATTENTION = "attention"
    SIGNED = "signed"


def _clean_accession_number(value: str) -> str:
    """The number in one Unicode form and without surrounding spaces.

    Raises:
        ValueError: It is empty, too long, or holds characters that cannot be seen.
    """
    cleaned = unicodedata.normalize("NFC", value).strip()
    if not cleaned:
        raise ValueError("The accession number is empty. Type the number on the sample's label.")
    if len(cleaned) > MAX_ACCESSION_CHARACTERS:
        raise ValueError(
            f"The accession number has {len(cleaned)} characters; at most {MAX_ACCESSION_CHARACTERS} are allowed."
        )
    if not cleaned.isprintable():
        raise ValueError("The accession number holds characters that cannot be seen. Type it again by hand.")
    return cleaned


def _clean_note(value: str | None) -> str | None:
    """The note without surrounding spaces, or None where nothing is left.

    Raises:
        ValueError: It is too long or holds control characters.
    """
    cleaned = unicodedata.normalize("NFC", value or "").replace("\r\n", "\n").strip()
    if len(cleaned) > MAX_NOTE_CHARACTERS:
        raise ValueError(f"The note has {len(cleaned)} characters; at most {MAX_NOTE_CHARACTERS} are allowed.")
    if not cleaned.replace("\n", "").replace("\t", "").isprintable():
        raise ValueError("The note holds characters that cannot be seen. Type it again by hand.")
    return cleaned or None


class NewSample(SampleDetails):
    """What a person gives to register a sample, or to change what was given of it."""

    accession_number: Annotated[str, AfterValidator(_clean_accession_number)]
    note: Annotated[str | None, AfterValidator(_clean_note)] = None


def _unavailable(counts: ClassCounts | None) -> tuple[str, ...]:
    return () if counts is None or counts.recognises_nrbc else (NUCLEATED_RED_CELL,)


class ImageSummary(Schema):
    """One image of a sample. Sizes in pixels after EXIF orientation; times in UTC.

    ``reason`` says why an image was refused or failed. ``counts`` is None until it is counted, and the reviewed count
    where there is a ``review``: one that persons have corrected. ``queued_at`` is when it was last put in the queue,
    ``started_at`` when its counting last began, ``changed_at`` when it got its status. ``erased_at`` is when its
    photograph was erased while the result stayed. ``set_aside_at`` is when a
    person decided that the sample is complete without it; None unless somebody did.
    """

    id: int
    file_name: str
    status: ImageStatus
    width: int | None
    height: int | None
    counts: ClassCounts | None
    reason: Notice | None
    warnings: tuple[Notice, ...]
    uploaded_at: datetime
    counted_at: datetime | None
    review: ReviewSummary | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    changed_at: datetime | None = None
    set_aside_at: datetime | None = None
    erased_at: datetime | None = None

    @computed_field(description="Counts that the weights cannot give of these fields; their zeros mean nothing.")  # type: ignore[prop-decorator]
    @property
    def unavailable(self) -> tuple[str, ...]:
        """Codes of the counts that the weights cannot give."""
        return _unavailable(self.counts)


class SampleSummary(Schema):
    """One sample in a list. ``counts`` pools its counted images; None while there is none.

    ``images_set_aside`` of its images are refused, failed or cancelled and set aside by a person. ``warning_count`` are
    the warnings of all its images; ``unidentified_cells`` are white cells that neither network nor person has named.
    """

    id: int
    accession_number: str
    note: str | None
    created_at: datetime
    status: SampleStatus
    counts: ClassCounts | None
    images_total: int
    images_by_status: dict[ImageStatus, int]
    images_set_aside: int = 0
    warning_count: int = 0
    unidentified_cells: int = 0
    patient_code: str | None = None
    sex: Sex | None = None
    age_value: int | None = None
    age_unit: AgeUnit | None = None
    stain: str | None = None
    acquisition_profile_id: int | None = None

    @computed_field(description="Counts that the weights cannot give of these fields; their zeros mean nothing.")  # type: ignore[prop-decorator]
    @property
    def unavailable(self) -> tuple[str, ...]:
        """Codes of the counts that the weights cannot give."""
        return _unavailable(self.counts)


class SampleDetail(SampleSummary):
    """One sample with its images, in the order they were uploaded.

    ``count_intervals`` holds the exact 95 % interval of each count by class, None where a count is not available.
    ``differential`` and ``morphology`` pool the counted images; None while there is none, and where the weights of one
    of them cannot name such cells. ``figures`` is what is worked out from them and from ``measurements``, which a
    person entered; concentrations are among them only where they can exist. ``report_versions`` are the signed ones,
    the oldest first.
    """

    count_intervals: dict[str, Interval | None] | None
    differential: Differential | None
    morphology: Morphology | None
    figures: SampleFigures
    measurements: Measurements
    acquisition_profile: AcquisitionProfile | None
    images: tuple[ImageSummary, ...]
    report_versions: tuple[ReportVersion, ...] = ()
    open_correction: OpenCorrection | None = None


class SamplePage(Schema):
    """A page of samples, newest first. ``next_cursor`` asks for the next one; None on the last."""

    items: tuple[SampleSummary, ...]
    next_cursor: Annotated[str | None, Field(description="Send it as `after` to get the next page.")] = None
