"""The life of a weights release, from the upload to the count."""

from enum import StrEnum

from model.types import WeightsIdentity


class ReleaseStatus(StrEnum):
    """How far a release has come; only ``READY`` ones can count."""

    QUARANTINED = "quarantined"
    CHECKING = "checking"
    EVALUATING = "evaluating"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"


UNJUDGED = frozenset({ReleaseStatus.QUARANTINED, ReleaseStatus.CHECKING, ReleaseStatus.EVALUATING})
"""A process that counts still has to look at these."""


class ActivationKind(StrEnum):
    """Why other weights count from then on."""

    ACTIVATION = "activation"
    ROLLBACK = "rollback"


def weights_named(weights: WeightsIdentity) -> str:
    """Weights as people call them: name, version, and the beginning of their hash."""
    return f"{weights.name} {weights.version} ({weights.sha256[:8]})"
