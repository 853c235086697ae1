"""Timing in turns: one warm-up each, then as many rounds as asked for, fairly mixed."""

import time

import pytest

from model.evaluation.speed import Timing, time_in_turns


def test_the_calls_take_turns_after_one_warm_up_each() -> None:
    called: list[str] = []
    timings = time_in_turns({"one": lambda: called.append("one"), "two": lambda: called.append("two")}, rounds=3)

    assert called == ["one", "two"] * 4
    assert set(timings) == {"one", "two"}


def test_the_slower_call_takes_longer() -> None:
    timings = time_in_turns({"slow": lambda: time.sleep(0.02), "quick": lambda: None}, rounds=3)

    assert timings["slow"].fastest_s >= 0.02
    assert timings["quick"].fastest_s < timings["slow"].fastest_s
    assert timings["slow"].fastest_s <= timings["slow"].median_s


def test_the_median_is_not_moved_by_one_slow_round() -> None:
    assert Timing.of([0.2, 0.1, 9.0]) == Timing(median_s=0.2, fastest_s=0.1)


@pytest.mark.parametrize("rounds", [0, -1])
def test_no_rounds_are_an_error(rounds: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        time_in_turns({}, rounds)
