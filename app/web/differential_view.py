"""What the page of a sample's manual differentials shows: each with its intervals, and beside the automatic one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.schemas.findings import Share
from app.schemas.manual_differentials import APART, IN_TOTAL, ManualDifferential
from app.services.reviews.differential_comparison import DifferentialComparison, compare_differentials
from app.services.reviews.manual_differentials import sample_differentials
from app.services.samples.samples import sample_detail
from app.web.manual_words import MANUAL_NAMES
from app.web.subtype_words import SUBTYPE_NAMES


@dataclass(frozen=True, slots=True)
class DifferentialCard:
    """One manual differential; ``comparison`` is None where there is no automatic one to compare it with."""

    manual: ManualDifferential
    comparison: DifferentialComparison | None
    error: str | None

    @property
    def verdict(self) -> str:
        """The comparison in one sentence."""
        if self.comparison is None:
            return "There is no differential of the photographs to compare it with."
        differing = self.comparison.differing
        if not differing:
            return "No type differs from the differential of the photographs by more than chance explains."
        names = ", ".join(SUBTYPE_NAMES[name].lower() for name in differing)
        return f"Differs from the differential of the photographs by more than chance explains: {names}."


def differentials_values(session: Session, sample_id: int, errors: dict[int, str] | None = None) -> dict[str, Any]:
    """Everything that the page shows."""
    sample = sample_detail(session, sample_id=sample_id)
    cards = [
        DifferentialCard(one, compare_differentials(one, sample.differential), (errors or {}).get(one.id))
        for one in sample_differentials(session, sample_id=sample_id)
    ]
    return {
        "sample": sample,
        "cards": cards,
        "names": MANUAL_NAMES,
        "automatic_names": SUBTYPE_NAMES,
        "in_total": IN_TOTAL,
        "apart": APART,
        "share_words": share_words,
        "p_words": p_words,
    }


def share_words(share: Share) -> str:
    """A share with its interval, in percent, to the decimal that a differential is read to."""
    if share.percent is None or share.low is None or share.high is None:
        return "not available"
    # Joined, so that a narrow table breaks the line before the interval and not inside it.
    return f"{share.percent:.1f}\u00a0% ({share.low:.1f}\u2060–\u2060{share.high:.1f})"


def p_words(p: float) -> str:
    """A probability as it is read: small ones only as small."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - as publications round it
