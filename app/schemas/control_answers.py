"""Control lots and their runs as programs read them."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from app.schemas.base import Schema
from app.schemas.controls import ControlDecision, Decision


class Verdict(StrEnum):
    """What the Westgard rules say of a value or a run."""

    WITHIN = "within_rules"
    WARNING = "warning"
    REJECT = "reject"


class LotTarget(Schema):
    """Where one quantity of a lot should lie, in the quantity's unit."""

    quantity: str
    name: str = Field(description="The quantity in words.")
    unit: str
    mean: float
    sd: float


class LotAnswer(Schema):
    """A lot of control material at one level."""

    id: int
    material: str
    lot_number: str
    level: str
    targets: tuple[LotTarget, ...]
    made_by: str
    made_at: datetime
    closed_at: datetime | None = Field(description="When it was taken out of use; null where it is in use.")
    closed_by: str | None


class ControlLots(Schema):
    """Every lot, those in use first, the newest first."""

    lots: tuple[LotAnswer, ...]


class RunValue(Schema):
    """One quantity of one run against its target; null is what the run has no value of."""

    quantity: str
    value: float | None = Field(description="In the quantity's unit; null where the slide gave none.")
    z: float | None = Field(description="How many SD of the target the value lies from its mean.")
    rules: tuple[str, ...] | None = Field(description="The Westgard rules that it breaks, by their usual names.")
    verdict: Verdict | None = Field(description="The rule 1-2s alone warns; every other one rejects.")
    chance_sd: float | None = Field(
        description="The SD that counting alone gives at so many cells; null where it is not known."
    )


class RunAnswer(Schema):
    """One counted control slide: its values as they were when it was recorded, judged by the rules."""

    id: int
    sample_id: int
    accession_number: str
    run: str = Field(description="The run as the laboratory calls it; rules across levels hold within one.")
    images: int
    weights: str
    weights_sha256: str = Field(description="Runs of other weights are judged apart.")
    recorded_by: str
    recorded_at: datetime
    verdict: Verdict = Field(description="The worst verdict of its values.")
    standing: Decision | None = Field(description="A person's newest word on it; null while nobody has decided.")
    decisions: tuple[ControlDecision, ...] = Field(description="What persons said of it, in order.")
    quantities: tuple[RunValue, ...] = Field(description="One for each target of the lot.")


class LotRuns(Schema):
    """A lot with its newest runs, the newest first; of one material the newest 120 are judged together."""

    lot: LotAnswer
    runs: tuple[RunAnswer, ...]
