"""Agreement of two readers: percent and Cohen's kappa with its interval."""

import random

import pytest

from app.services.figures.agreement import compute_agreement, compute_agreement_by_name, compute_kappa


def pairs_of(table: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return [pair for pair, count in table.items() for _ in range(count)]


def test_a_table_that_is_worked_out_by_hand() -> None:
    """Po = 35/50, pe = 0.5 * 0.6 + 0.5 * 0.4 = 0.5; the standard error by Fleiss, Cohen and Everitt is 0.12696."""
    table = pairs_of({("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15})
    kappa = compute_kappa(table)

    assert kappa is not None
    assert kappa.value == pytest.approx(0.4)
    assert (kappa.low, kappa.high) == pytest.approx((0.4 - 1.96 * 0.12696, 0.4 + 1.96 * 0.12696), abs=1e-4)
    assert compute_agreement(table) == pytest.approx(0.7)


def test_who_agree_in_all_cells_have_one_and_who_swap_names_less_than_nothing() -> None:
    assert compute_kappa([("a", "a"), ("b", "b")] * 5) == (1.0, None, None)
    swapped = compute_kappa([("a", "b"), ("b", "a")] * 5)
    assert swapped is not None
    assert swapped.value == -1.0


def test_where_one_reader_used_one_name_only_there_is_no_interval() -> None:
    found = compute_kappa(pairs_of({("a", "a"): 4, ("b", "a"): 3, ("c", "a"): 5}))

    assert found is not None
    assert found.value == pytest.approx(0.0)
    assert (found.low, found.high) == (None, None)


def test_it_is_not_defined_without_cells_or_with_one_name_alone() -> None:
    assert compute_kappa([]) is None
    assert compute_agreement([]) is None
    assert compute_kappa([("a", "a")] * 9) is None


def test_agreement_on_a_name_counts_only_cells_that_somebody_called_so() -> None:
    pairs = pairs_of({("a", "a"): 80, ("a", "b"): 10, ("b", "a"): 5, ("b", "b"): 1, ("c", "b"): 4})

    found = compute_agreement_by_name(pairs, ["a", "b", "c", "never"])

    assert list(found) == ["a", "b", "c", "never"]
    assert (found["a"].both, found["a"].first, found["a"].second) == (80, 90, 85)
    assert found["a"].share == pytest.approx(160 / 175)
    assert found["b"].share == pytest.approx(2 / 21)  # 80 cells on which both agree are no b, and do not help it
    assert found["c"].share == 0
    assert found["never"] == (0, 0, 0, None)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Readers who agree in 80 % of cells and else guess among three names: kappa 0.8 in the long run."""
    chance = random.Random(4)
    held = 0
    for _ in range(300):
        first = [chance.choice("abc") for _ in range(200)]
        second = [name if chance.random() < 0.8 else chance.choice("abc") for name in first]
        kappa = compute_kappa(zip(first, second, strict=True))
        assert kappa is not None
        assert kappa.low is not None
        assert kappa.high is not None
        held += kappa.low <= 0.8 <= kappa.high

    assert 0.9 < held / 300 < 0.99
