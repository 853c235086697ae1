"""How often the provider of single sign-on is asked for its addresses, and who waits for that."""

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import pytest

from app.access_errors import SingleSignOnFailed
from app.services.accounts.provider_memory import FAILURE_REMEMBERED_S, MOST_WAITING, REMEMBERED_S, ProviderMemory


class Provider:
    """Answers with the number of the question, or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_away = False

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        if self.is_away:
            raise SingleSignOnFailed(f"No answer to question {self.asked}.")
        return {"answer": str(self.asked)}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_it_said_is_believed_for_five_minutes() -> None:
    clock, provider = Clock(), Provider()
    memory = ProviderMemory(clock)

    first = [memory.recall(provider)["answer"] for _ in range(3)]
    clock.now += REMEMBERED_S - 1
    late = memory.recall(provider)["answer"]
    clock.now += 1

    assert (first, late, memory.recall(provider)["answer"], provider.asked) == (["1", "1", "1"], "1", "2", 2)


def test_a_failure_is_told_again_for_ten_seconds_and_then_the_provider_is_asked() -> None:
    clock, provider = Clock(), Provider()
    memory = ProviderMemory(clock)
    provider.is_away = True
    for _ in range(5):
        with pytest.raises(SingleSignOnFailed, match="No answer to question 1\\. Nothing was changed: try again"):
            memory.recall(provider)

    provider.is_away = False
    clock.now += FAILURE_REMEMBERED_S

    assert (memory.recall(provider), provider.asked) == ({"answer": "2"}, 2)


def test_while_it_is_slow_a_few_wait_for_one_question_and_the_others_are_told() -> None:
    """A hundred requests for a page that anybody may open must not hold every thread of this server."""
    memory, provider = ProviderMemory(), Provider()
    may_answer, is_asked = threading.Event(), threading.Event()

    def slow() -> dict[str, str]:
        is_asked.set()
        assert may_answer.wait(30)
        return provider()

    def visit() -> str:
        try:
            return memory.recall(slow)["answer"]
        except SingleSignOnFailed as error:
            return error.why

    told = "The provider takes long to answer and others wait for it already."
    with ThreadPoolExecutor(20) as threads:
        visits = [threads.submit(visit) for _ in range(20)]
        try:
            # As many as may not wait end before there is an answer.
            early = [done.result() for done in islice(as_completed(visits, 30), 20 - MOST_WAITING)]
            assert (is_asked.is_set(), set(early)) == (True, {told})
        finally:
            may_answer.set()
        answers = [visit.result() for visit in visits]

    assert (answers.count("1"), answers.count(told), provider.asked) == (MOST_WAITING, 20 - MOST_WAITING, 1)
