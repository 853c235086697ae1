"""What the pages and the command show of weights."""

from datetime import datetime

from app.schemas.base import Schema
from app.schemas.weights import UNJUDGED, ActivationKind, ReleaseStatus
from app.schemas.weights_report import EvaluationReport
from model.types import Notice


class ReleaseSummary(Schema):
    """A release in the list; without name and version until it was found sound."""

    id: int
    file_name: str
    name: str | None
    version: str | None
    sha256: str
    byte_size: int
    status: ReleaseStatus
    reason: Notice | None
    uploaded_by: str
    uploaded_at: datetime
    fields_done: int
    fields_total: int
    is_active: bool

    @property
    def title(self) -> str:
        """What it is called, by its file until its manifest was checked."""
        return f"{self.name} {self.version}" if self.name and self.version else self.file_name

    @property
    def is_unjudged(self) -> bool:
        """Whether a process still has to check or evaluate it."""
        return self.status in UNJUDGED


class ActivationSummary(Schema):
    """A change of weights that was asked for, to those called ``title``; without a release the installation's own."""

    id: int
    kind: ActivationKind
    release_id: int | None
    title: str
    requested_by: str
    requested_at: datetime
    worse: str | None
    reason: str | None
    approved_by: str | None
    declined_by: str | None
    activated_at: datetime | None


class WorkerWeights(Schema):
    """Which weights a process counts with, or why it does not count."""

    executor_id: str
    is_alive: bool
    weights: str | None
    sha256: str | None
    device: str | None
    problem: str | None
    last_sign_at: datetime


class GoldenMark(Schema):
    """By whom and when a field was marked as golden, with so many cells."""

    cells: int
    marked_by: str
    marked_at: datetime


class GoldenSummary(GoldenMark):
    """A field that the laboratory reviewed and marked."""

    image_id: int
    sample_id: int
    accession_number: str
    file_name: str


class WeightsOverview(Schema):
    """Everything about the weights at one moment.

    ``active`` is None while the installation's own count and never others did; ``rolls_back_to`` names what a rollback
    leads to, None where there is none.
    """

    active: ActivationSummary | None
    active_release: ReleaseSummary | None
    rolls_back_to: str | None
    waiting: tuple[ActivationSummary, ...]
    releases: tuple[ReleaseSummary, ...]
    history: tuple[ActivationSummary, ...]
    workers: tuple[WorkerWeights, ...]
    golden: tuple[GoldenSummary, ...]


class ReleaseDetail(Schema):
    """One release with its newest evaluation. ``worse`` are the findings beyond the margin.

    ``is_comparable``: it was compared with the weights that are active now.
    """

    release: ReleaseSummary
    report: EvaluationReport | None
    evaluated_at: datetime | None
    worse: tuple[str, ...]
    is_comparable: bool
    waiting: tuple[ActivationSummary, ...]
