"""Control material, its runs, and what persons decided about them."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from app.schemas.base import Schema


class Target(Schema):
    """Where a quantity of a control should lie, in the quantity's unit."""

    mean: float
    sd: float = Field(gt=0)


class Decision(StrEnum):
    """What a person says of a control run."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COMMENT = "comment"


class ControlDecision(Schema):
    """One person's word on a run."""

    decision: Decision
    comment: str | None
    made_by: str
    made_at: datetime


class MeasuredQuantity(Schema):
    """One quantity of one run; ``seen`` of ``of`` are the cells that it rests on, None for a concentration."""

    value: float
    seen: int | None
    of: int | None


class JudgedQuantity(Schema):
    """A quantity of one run against its target: how many SD it is off, and the Westgard rules that it breaks.

    ``chance_sd`` is the SD that counting alone gives at so many cells; None where it is not known.
    """

    name: str
    value: float
    z: float
    rules: tuple[str, ...]
    is_rejected: bool
    chance_sd: float | None


class ControlRun(Schema):
    """One counted control slide of a lot with its judgement."""

    id: int
    sample_id: int
    accession_number: str
    run: str
    images: int
    weights: str
    weights_sha256: str
    recorded_by: str
    recorded_at: datetime
    quantities: tuple[JudgedQuantity, ...]
    decisions: tuple[ControlDecision, ...]

    @property
    def standing(self) -> Decision | None:
        """The newest acceptance or rejection; None while nobody has decided."""
        decided = [one.decision for one in self.decisions if one.decision is not Decision.COMMENT]
        return decided[-1] if decided else None

    @property
    def is_rejected_by_rules(self) -> bool:
        """Whether a quantity breaks a rule that rejects."""
        return any(one.is_rejected for one in self.quantities)

    @property
    def is_warned(self) -> bool:
        """Whether a quantity breaks any rule."""
        return any(one.rules for one in self.quantities)


class ControlLot(Schema):
    """A lot of control material at one level."""

    id: int
    material: str
    lot_number: str
    level: str
    targets: dict[str, Target]
    made_by: str
    made_at: datetime
    closed_at: datetime | None
    closed_by: str | None

    @property
    def title(self) -> str:
        """What a laboratory calls it."""
        return f"{self.material}, lot {self.lot_number}, {self.level}"


class NewControlLot(Schema):
    """A lot as it is made."""

    material: str
    lot_number: str
    level: str
    targets: dict[str, Target]
