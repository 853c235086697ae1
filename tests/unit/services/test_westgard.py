"""The Westgard rules: the textbook's patterns, and what holds for every series of values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.quality.westgard import ControlValue, WestgardRule, is_rejected, westgard_faults

R = WestgardRule


def one_level(*zs: float) -> list[frozenset[WestgardRule]]:
    """One value a run."""
    return westgard_faults([ControlValue(str(place), "normal", z) for place, z in enumerate(zs)])


def one_run(*levels: tuple[str, float]) -> list[frozenset[WestgardRule]]:
    return westgard_faults([ControlValue("today", level, z) for level, z in levels])


@pytest.mark.parametrize(
    ("zs", "last"),
    [
        # The patterns that Westgard, Barry, Hunt and Groth 1981 (Clin Chem 27:493) define the rules by.
        ((0.4, 2.3), {R.ONE_2S}),
        ((0.4, -3.2), {R.ONE_2S, R.ONE_3S}),
        ((2.1, 2.4), {R.ONE_2S, R.TWO_2S}),
        ((-2.1, -2.4), {R.ONE_2S, R.TWO_2S}),
        ((2.1, -2.4), {R.ONE_2S}),  # opposite sides in two runs: R-4s holds within one run only
        ((1.1, 1.6, 1.2, 1.3), {R.FOUR_1S}),
        ((1.1, 1.6, 0.9, 1.3), set()),
        ((-1.1, -1.6, -1.2, -1.3, -1.4), {R.FOUR_1S}),
        ((*[0.2] * 9, 0.3), {R.TEN_X}),
        ((*[0.2] * 9, -0.1), set()),
        ((*[-0.5] * 10,), {R.TEN_X}),
        ((0.0, 2.0), set()),  # beyond is more than, not at
        ((0.0, 3.0), {R.ONE_2S}),
    ],
)
def test_along_one_level(zs: tuple[float, ...], last: set[WestgardRule]) -> None:
    faults = one_level(*zs)

    assert faults[-1] == last
    assert is_rejected(faults[-1]) == bool(last - {R.ONE_2S})


def test_within_a_run_two_levels_apart_by_more_than_four_sd() -> None:
    assert one_run(("normal", 2.2), ("high", -2.3))[1] == {R.ONE_2S, R.R_4S}
    assert one_run(("normal", 2.2), ("high", -1.9))[1] == set()  # 4.1 SD apart, but not each beyond 2 SD


def test_within_a_run_two_levels_beyond_two_sd_on_one_side() -> None:
    assert one_run(("normal", 2.2), ("high", 2.3))[1] == {R.ONE_2S, R.TWO_2S}


def test_levels_do_not_lengthen_each_others_streaks() -> None:
    values = [ControlValue(str(place // 2), "normal" if place % 2 else "high", 1.2) for place in range(6)]

    assert all(R.FOUR_1S not in one for one in westgard_faults(values))


SERIES = st.lists(st.floats(-5, 5), max_size=30)


@given(zs=SERIES)
def test_both_sides_are_judged_alike(zs: list[float]) -> None:
    assert one_level(*zs) == one_level(*(-z for z in zs))


@given(zs=SERIES, more=SERIES)
def test_later_values_change_no_earlier_judgement(zs: list[float], more: list[float]) -> None:
    assert one_level(*zs, *more)[: len(zs)] == one_level(*zs)


@given(zs=st.lists(st.floats(-1, 1).filter(lambda z: z != 0), max_size=9))
def test_nothing_within_one_sd_is_rejected_in_fewer_than_ten(zs: list[float]) -> None:
    assert all(not one for one in one_level(*zs))
