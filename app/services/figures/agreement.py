"""How far two readers agree on the same cells: percent, Cohen's kappa, and name by name."""

from collections import Counter
from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

_Z_95 = 1.959964
"""The normal distribution's 97.5 % quantile."""

_NO_WIDTH = 1e-6


class Kappa(NamedTuple):
    """Cohen's kappa with its 95 % interval; without one where the formula gives it no width."""

    value: float
    low: float | None
    high: float | None


class SpecificAgreement(NamedTuple):
    """Agreement on one name: cells that both readers, the first and the second called so, and the share."""

    both: int
    first: int
    second: int
    share: float | None


def compute_agreement(pairs: Iterable[tuple[str, str]]) -> float | None:
    """The share of cells that both readers gave the same name; None of no cell."""
    named = list(pairs)
    return sum(first == second for first, second in named) / len(named) if named else None


def compute_specific_agreement(*, both: int, first: int, second: int) -> float | None:
    """How far two agree on one class: 2a / (2a + b + c), the positive agreement of Cicchetti and Feinstein.

    ``both`` (a) are the cells that both gave the class; ``first`` (a + b) and ``second`` (a + c) those that each gave
    it. J Clin Epidemiol 1990;43:551-558. None where neither gave it to any.
    """
    return 2 * both / (first + second) if first + second else None


def compute_agreement_by_name(pairs: Iterable[tuple[str, str]], names: Iterable[str]) -> dict[str, SpecificAgreement]:
    """The specific agreement on each of the names, in their order; see ``compute_specific_agreement``."""
    cells = list(pairs)
    both = Counter(first for first, second in cells if first == second)
    first, second = Counter(one for one, _ in cells), Counter(other for _, other in cells)
    return {
        name: SpecificAgreement(
            both[name],
            first[name],
            second[name],
            compute_specific_agreement(both=both[name], first=first[name], second=second[name]),
        )
        for name in names
    }


def compute_kappa(pairs: Iterable[tuple[str, str]]) -> Kappa | None:
    """Agreement beyond chance: (po - pe) / (1 - pe) of the observed and the expected share of equal names.

    Cohen, Educ Psychol Meas 1960;20:37-46; the interval from the large-sample variance of Fleiss, Cohen and Everitt,
    Psychol Bull 1969;72:323-327, cut to -1 to 1. None where it is not defined: of no cell, and where both readers gave
    all cells one and the same name. The variance is 0 where they agree on all cells, and where one of them used one
    name only: that is no certainty but the formula's end, so no interval is given.
    """
    cells = Counter(pairs)
    n = cells.total()
    if n == 0:
        return None
    first, second = Counter[str](), Counter[str]()
    for (one, other), count in cells.items():
        first[one] += count
        second[other] += count
    names = first.keys() | second.keys()
    observed = sum(cells[name, name] for name in names) / n
    expected = sum(first[name] * second[name] for name in names) / n**2
    if expected == 1:
        return None
    value = (observed - expected) / (1 - expected)
    error = sqrt(_variance(cells, first, second, observed, expected))
    if error < _NO_WIDTH:
        return Kappa(value, None, None)
    return Kappa(value, max(-1.0, value - _Z_95 * error), min(1.0, value + _Z_95 * error))


def _variance(
    cells: Counter[tuple[str, str]], first: Counter[str], second: Counter[str], observed: float, expected: float
) -> float:
    """Equation 13 of Fleiss, Cohen and Everitt, in shares of all cells."""
    n = cells.total()
    agreeing = differing = 0.0
    for (one, other), count in cells.items():
        if one == other:
            margins = (first[one] + second[one]) / n
            agreeing += count / n * ((1 - expected) - margins * (1 - observed)) ** 2
        else:
            differing += count / n * ((second[one] + first[other]) / n) ** 2
    chance = (observed * expected - 2 * expected + observed) ** 2
    return max(0.0, (agreeing + (1 - observed) ** 2 * differing - chance) / (n * (1 - expected) ** 4))
