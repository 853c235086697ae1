"""Whether two differentials of one smear differ by more than the chance of which cells were met."""

from collections.abc import Mapping, Sequence
from math import comb

from app.schemas.base import Schema
from app.schemas.findings import Differential, Share
from app.schemas.manual_differentials import COUNTERPARTS, IN_TOTAL, ManualDifferential
from app.services.figures.findings import WHITE_CELL_TYPES
from app.services.figures.intervals import exact_share

FAMILY_ERROR = 0.05
"""Chance of calling any type different where none is."""


class ComparedType(Schema):
    """One type in both differentials. ``p`` is Fisher's exact two-sided one; ``differs`` is after Holm's correction."""

    subtype: str
    manual: Share
    automatic: Share
    p: float
    differs: bool


class DifferentialComparison(Schema):
    """A manual differential beside the automatic one.

    ``manual_n`` are the manual cells of types that the network can name, ``left_out`` the others (blasts and such).
    ``automatic_unidentified`` white cells the network left for a person.
    """

    manual_n: int
    automatic_n: int
    left_out: int
    automatic_unidentified: int
    types: tuple[ComparedType, ...]

    @property
    def differing(self) -> tuple[str, ...]:
        """The types that differ by more than chance."""
        return tuple(one.subtype for one in self.types if one.differs)


def compare_differentials(manual: ManualDifferential, automatic: Differential | None) -> DifferentialComparison | None:
    """Both differentials type by type; None where one of them has no cell to compare.

    The types that a person tells apart and the network does not are added up: bands and segmented cells are
    neutrophils, metamyelocytes to promyelocytes immature granulocytes.
    """
    counted = {subtype.value: 0 for subtype in WHITE_CELL_TYPES}
    for cell_type, subtype in COUNTERPARTS.items():
        counted[subtype.value] += manual.types[cell_type].n
    manual_n = sum(counted.values())
    if automatic is None or automatic.identified == 0 or manual_n == 0:
        return None
    found = {name: share.n for name, share in automatic.types.items()}
    return DifferentialComparison(
        manual_n=manual_n,
        automatic_n=automatic.identified,
        left_out=sum(manual.types[one].n for one in IN_TOTAL) - manual_n,
        automatic_unidentified=automatic.unidentified,
        types=compare_counts(counted, found),
    )


def compare_counts(first: Mapping[str, int], second: Mapping[str, int]) -> tuple[ComparedType, ...]:
    """Two differentials given as cells by type, over the same types."""
    n, m = sum(first.values()), sum(second.values())
    ps = {name: fisher_p(first[name], n, second[name], m) for name in first}
    rejected = holm_rejected(list(ps.values()))
    return tuple(
        ComparedType(
            subtype=name,
            manual=exact_share(first[name], n),
            automatic=exact_share(second[name], m),
            p=ps[name],
            differs=is_rejected,
        )
        for name, is_rejected in zip(first, rejected, strict=True)
    )


def fisher_p(seen: int, examined: int, other_seen: int, other_examined: int) -> float:
    """The probability, were both shares the same, of two shares at least as unequal as these.

    Fisher 1935, J R Stat Soc 98:39: the sum of the hypergeometric probabilities not above that of the table found,
    with the margins fixed. Computed in whole numbers, so exact.

    Raises:
        ValueError: More cells were seen than examined.
    """
    if not (0 <= seen <= examined and 0 <= other_seen <= other_examined):
        raise ValueError(f"{seen} of {examined} or {other_seen} of {other_examined} cells is no share")
    both = seen + other_seen
    lowest, highest = max(0, both - other_examined), min(both, examined)
    ways = [comb(examined, k) * comb(other_examined, both - k) for k in range(lowest, highest + 1)]
    found = ways[seen - lowest]
    return sum(way for way in ways if way <= found) / sum(ways)


def holm_rejected(ps: Sequence[float], *, level: float = FAMILY_ERROR) -> list[bool]:
    """Which of several hypotheses fall, so that the chance of felling any true one stays under the level.

    Holm 1979, Scand J Stat 6:65: in the order of p, the k-th (from 0) of m falls while p is at most level / (m - k).
    """
    rejected = [False] * len(ps)
    for rank, index in enumerate(sorted(range(len(ps)), key=lambda one: ps[one])):
        if ps[index] > level / (len(ps) - rank):
            break
        rejected[index] = True
    return rejected
