"""A few seconds of the two fuzzers; the long runs are commands (SECURITY.md)."""

from tests.fuzz import api, images


def test_generated_calls_meet_no_error_of_the_server() -> None:
    outcome = api.fuzz(100, first_seed=3)

    assert outcome.failures == []
    assert outcome.calls >= 100
    assert outcome.statuses[200] > 5
    assert outcome.statuses[404] > 5


def test_damaged_images_are_refused_or_read_and_harm_nothing() -> None:
    outcome = images.fuzz(600, seed=2)

    assert outcome.failures == []
    assert outcome.results["truncated"] > 100
    assert outcome.results["read"] > 50
    assert sum(outcome.results.values()) >= 600
