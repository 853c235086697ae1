"""What is to be erased, as people see it before it goes."""

from datetime import datetime

from app.schemas.base import Schema


class RetentionRules(Schema):
    """For how many days things are kept; None: for good. Signed reports are always kept for good."""

    photographs_days: int | None
    signed_photographs_days: int | None
    samples_days: int | None


class DueGroup(Schema):
    """Some of what a rule lets go: how many, how large, and from when to when they were last changed."""

    status: str
    number: int
    size_bytes: int
    oldest_at: datetime
    newest_at: datetime


class DueSample(Schema):
    """One sample that goes as a whole."""

    id: int
    accession_number: str
    changed_at: datetime


class RetentionPreview(Schema):
    """What would go now.

    ``reference_cells`` of the library were cut from the photographs that go, and go with them; ``golden_fields`` of
    those photographs judge weights, and judge none any more.
    """

    rules: RetentionRules
    photographs: tuple[DueGroup, ...]
    signed_photographs: tuple[DueGroup, ...]
    samples: tuple[DueSample, ...]
    samples_total: int
    reference_cells: int = 0
    golden_fields: int = 0

    @property
    def photographs_total(self) -> int:
        """Photographs that go while their results stay."""
        return sum(group.number for group in (*self.photographs, *self.signed_photographs))

    @property
    def is_empty(self) -> bool:
        """Whether nothing goes."""
        return self.photographs_total + self.samples_total == 0


class ErasureOutcome(Schema):
    """What went."""

    photographs: int = 0
    samples: int = 0


class KeptSample(Schema):
    """A sample that an erasure left, or left in part, and why."""

    id: int
    accession_number: str
    why: str


class PatientErasure(ErasureOutcome):
    """What went of a patient code, and which samples did not go as it was shown before, because they changed since."""

    kept: tuple[KeptSample, ...] = ()


class PatientSample(Schema):
    """A sample of a patient code. A signed one keeps its signed reports; ``waiting`` images are not counted yet."""

    id: int
    accession_number: str
    created_at: datetime
    images: int
    waiting: int
    is_signed: bool
