"""The Westgard rules: whether a control's values say that counting is out of control.

Westgard, Barry, Hunt and Groth 1981, Clin Chem 27:493. The rules look at z = (value - mean) / SD. 1-2s warns; the
others reject. R-4s and 2-2s across levels hold within one run only, the others along one level's runs
(reference/clinical.md 6.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class WestgardRule(StrEnum):
    """The rules under their usual names."""

    ONE_2S = "1-2s"
    ONE_3S = "1-3s"
    TWO_2S = "2-2s"
    R_4S = "R-4s"
    FOUR_1S = "4-1s"
    TEN_X = "10x"


RULE_WORDS: dict[WestgardRule, str] = {
    WestgardRule.ONE_2S: "warning: one value beyond 2 SD",
    WestgardRule.ONE_3S: "reject: one value beyond 3 SD, a random or a large systematic error",
    WestgardRule.TWO_2S: "reject: two values beyond 2 SD on the same side, a systematic error",
    WestgardRule.R_4S: "reject: one value beyond +2 SD and one beyond -2 SD in a run, a random error",
    WestgardRule.FOUR_1S: "reject: four in a row beyond 1 SD on the same side, a systematic error",
    WestgardRule.TEN_X: "reject: ten in a row on the same side of the mean, a systematic error",
}

_STREAKS = ((WestgardRule.TWO_2S, 2, 2.0), (WestgardRule.FOUR_1S, 4, 1.0), (WestgardRule.TEN_X, 10, 0.0))
"""Rule, how many in a row on the same side, and beyond how many SD."""


@dataclass(frozen=True, slots=True)
class ControlValue:
    """One control value as z, of one level in one run; values come in the order in which they were measured."""

    run: str
    level: str
    z: float


def westgard_faults(values: Sequence[ControlValue]) -> list[frozenset[WestgardRule]]:
    """For each value the rules that it breaks, alone or as the last of several."""
    faults: list[set[WestgardRule]] = [set() for _ in values]
    for index, value in enumerate(values):
        if abs(value.z) > 2:  # noqa: PLR2004 - the rule's own number
            faults[index].add(WestgardRule.ONE_2S)
        if abs(value.z) > 3:  # noqa: PLR2004
            faults[index].add(WestgardRule.ONE_3S)
    for level in dict.fromkeys(value.level for value in values):
        _find_streaks(values, [index for index, value in enumerate(values) if value.level == level], faults)
    for run in dict.fromkeys(value.run for value in values):
        _find_within_run(values, [index for index, value in enumerate(values) if value.run == run], faults)
    return [frozenset(one) for one in faults]


def is_rejected(rules: frozenset[WestgardRule]) -> bool:
    """Whether a value breaks more than the rule that only warns."""
    return bool(rules - {WestgardRule.ONE_2S})


def _find_streaks(values: Sequence[ControlValue], places: Sequence[int], faults: list[set[WestgardRule]]) -> None:
    """Along one level: the value that completes a streak breaks the rule, and so does each that prolongs it."""
    for rule, length, beyond in _STREAKS:
        for side in (1, -1):
            streak = 0
            for index in places:
                streak = streak + 1 if side * values[index].z > beyond else 0
                if streak >= length:
                    faults[index].add(rule)


def _find_within_run(values: Sequence[ControlValue], places: Sequence[int], faults: list[set[WestgardRule]]) -> None:
    """Among all levels of one run: the later value of a pair breaks the rule."""
    for first, second in pairwise(places):
        z, other = values[first].z, values[second].z
        if min(z, other) > 2 or max(z, other) < -2:  # noqa: PLR2004 - the rule's own number
            faults[second].add(WestgardRule.TWO_2S)
    for place, index in enumerate(places):
        before = [values[one].z for one in places[:place]]
        z = values[index].z
        if (z > 2 and any(one < -2 for one in before)) or (z < -2 and any(one > 2 for one in before)):  # noqa: PLR2004
            faults[index].add(WestgardRule.R_4S)
