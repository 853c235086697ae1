"""The delta check: by how much a result may differ from the patient's last one before somebody asks why."""

from typing import Literal

from pydantic import Field, model_validator

from app.schemas.base import Schema
from app.schemas.quantities import Quantity


class DeltaRule(Schema):
    """A limit of one quantity: ``absolute`` in its unit, ``relative_percent`` of the earlier value, or both.

    It holds between results that are at most ``within_days`` apart.
    """

    quantity: str
    within_days: float = Field(gt=0)
    absolute: float | None = Field(default=None, gt=0)
    relative_percent: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _has_a_limit(self) -> "DeltaRule":
        """Refuse a rule that nothing can break.

        Raises:
            ValueError: It has neither limit.
        """
        if self.absolute is None and self.relative_percent is None:
            raise ValueError(f"the rule for {self.quantity} needs 'absolute', 'relative_percent', or both")
        return self


class DeltaRules(Schema):
    """A laboratory's rules under an id and a version, which every verdict names."""

    id: str
    version: str
    title: str
    rules: tuple[DeltaRule, ...]

    def rule_of(self, quantity: str) -> DeltaRule | None:
        """The rule of a quantity; None where it has none."""
        return next((rule for rule in self.rules if rule.quantity == quantity), None)


class Delta(Schema):
    """One quantity in this result and in the last one.

    ``verdict``: within the limits; ``beyond``: beyond one and more than chance explains; ``beyond_by_chance``: beyond
    one, but so few cells were counted that chance alone explains it; ``not_judged``: ``reason`` says why.
    """

    quantity: str
    now: Quantity
    before: Quantity | None
    change: float | None
    verdict: Literal["within", "beyond", "beyond_by_chance", "not_judged"]
    reason: str | None = None
    direction: Literal["up", "down"] | None = None
