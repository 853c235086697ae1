"""Looking back: a patient's results over time, and what was counted on an image before."""

from datetime import datetime

from app.schemas.base import Schema
from app.schemas.counts import ClassCounts
from app.schemas.delta_checks import Delta
from app.schemas.quantities import Quantity
from app.schemas.samples import SampleStatus


class WeightsUse(Schema):
    """Weights and on how many images of a sample their count stands."""

    name: str
    version: str
    sha256: str
    images: int

    @property
    def words(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"


class PastResult(Schema):
    """One sample of a patient with what was found, as it stands today.

    ``is_final``: no image waits or is being counted. ``weights`` are those whose counts stand, the most used first.
    """

    sample_id: int
    accession_number: str
    registered_at: datetime
    status: SampleStatus
    is_final: bool
    counts: ClassCounts | None
    images: int
    quantities: dict[str, Quantity]
    weights: tuple[WeightsUse, ...]


class EarlierCount(Schema):
    """One analysis of one image; ``is_newest`` is the one whose counts stand for the image today."""

    analysis_id: int
    image_id: int
    file_name: str
    weights: str
    counted_at: datetime
    counts: ClassCounts | None
    is_newest: bool


class LookBack(Schema):
    """A sample among all of its patient, the oldest first; ``left_out`` even older ones are not shown.

    ``last`` is the newest final result before this sample's, ``deltas`` the check against it.
    """

    sample_id: int
    patient_code: str | None
    results: tuple[PastResult, ...]
    left_out: int
    last: PastResult | None
    days_since_last: float | None
    deltas: tuple[Delta, ...]
    earlier_counts: tuple[EarlierCount, ...]

    @property
    def current(self) -> PastResult:
        """This sample's own result."""
        return next(one for one in self.results if one.sample_id == self.sample_id)

    @property
    def beyond(self) -> tuple[Delta, ...]:
        """Changes that the rules do not allow and chance does not explain."""
        return tuple(one for one in self.deltas if one.verdict == "beyond")
