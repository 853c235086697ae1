"""The rate of a process: measured while it is busy, and silent until there is something to say."""

import pytest

from app.jobs.throughput import ThroughputMeter


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def count_one(meter: ThroughputMeter, clock: Clock, seconds: float, *, is_finished: bool = True) -> None:
    meter.begin()
    clock.now += seconds
    if is_finished:
        meter.note_finished()
    meter.end()


def test_nothing_is_claimed_before_a_few_images() -> None:
    clock = Clock()
    meter = ThroughputMeter(clock)
    for _ in range(2):
        count_one(meter, clock, 1.0)

    assert meter.images_per_s() is None
    count_one(meter, clock, 1.0)
    assert meter.images_per_s() == pytest.approx(1.0)
    assert (meter.finished, meter.in_hand) == (3, 0)


def test_idle_time_does_not_make_a_process_slow() -> None:
    clock = Clock()
    meter = ThroughputMeter(clock)
    for _ in range(4):
        count_one(meter, clock, 0.5)
        clock.now += 1000

    assert meter.images_per_s() == pytest.approx(2.0)


def test_images_in_hand_together_count_together() -> None:
    clock = Clock()
    meter = ThroughputMeter(clock)
    for _ in range(3):
        meter.begin()
        meter.begin()
        clock.now += 1.0
        for _ in range(2):
            meter.note_finished()
            meter.end()

    assert meter.images_per_s() == pytest.approx(2.0)


def test_time_lost_on_a_try_that_failed_is_time() -> None:
    clock = Clock()
    meter = ThroughputMeter(clock)
    for _ in range(3):
        count_one(meter, clock, 1.0, is_finished=False)
        count_one(meter, clock, 1.0)

    assert meter.images_per_s() == pytest.approx(0.5)


def test_the_rate_follows_larger_images() -> None:
    clock = Clock()
    meter = ThroughputMeter(clock)
    for seconds in [0.1] * 100 + [10.0] * 60:
        count_one(meter, clock, seconds)

    assert meter.images_per_s() == pytest.approx(0.1)
