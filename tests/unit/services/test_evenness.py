"""Evenness compares fields by Fisher's index of dispersion, and says why where it cannot."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from app.services.figures.evenness import field_evenness

COUNTS = st.lists(st.integers(0, 400), min_size=2, max_size=40)


def test_the_index_and_its_p_value_are_those_of_the_textbook() -> None:
    found = field_evenness([18, 25, 22, 15, 30])

    d = sum((x - 22) ** 2 for x in (18, 25, 22, 15, 30)) / 22
    assert found.dispersion == pytest.approx(d / 4)
    assert found.p_value == pytest.approx(chi2.sf(d, 4))
    assert not found.is_uneven


def test_clumped_cells_are_uneven() -> None:
    found = field_evenness([2, 3, 60, 1, 4])

    assert found.is_uneven
    assert found.dispersion is not None
    assert found.dispersion > 10


@pytest.mark.parametrize(
    ("counts", "code"),
    [([], "too_few_fields"), ([50], "too_few_fields"), ([0, 0, 0], "too_few_cells"), ([4, 5], "too_few_cells")],
)
def test_what_cannot_be_tested_says_why_and_is_not_even(counts: list[int], code: str) -> None:
    found = field_evenness(counts)

    assert found.p_value is None
    assert found.dispersion is None
    assert found.reason is not None
    assert found.reason.code == code


@given(counts=COUNTS, seed=st.integers(0, 100))
def test_the_order_of_the_fields_does_not_matter(counts: list[int], seed: int) -> None:
    shuffled = list(counts)
    random.Random(seed).shuffle(shuffled)

    one, other = field_evenness(counts), field_evenness(shuffled)

    assert one.p_value == pytest.approx(other.p_value)


def test_even_chance_is_called_uneven_about_once_in_a_hundred_times() -> None:
    chance = random.Random(7)

    def smear() -> list[int]:
        fields = [0] * 10
        for _ in range(300):
            fields[chance.randrange(10)] += 1
        return fields

    alarms = sum(field_evenness(smear()).is_uneven for _ in range(1000))

    assert 1 <= alarms <= 25
