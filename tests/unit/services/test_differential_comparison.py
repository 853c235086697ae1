"""Two differentials set against each other: exact tests, corrected for how many types are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from app.services.reviews.differential_comparison import compare_counts, fisher_p, holm_rejected


def test_fishers_own_example_of_the_lady_tasting_tea() -> None:
    """Fisher 1935, The Design of Experiments: 3 of 4 cups right by chance has p = 34/70 in two sides."""
    assert fisher_p(3, 4, 1, 4) == pytest.approx(34 / 70)


@given(data=st.data(), n=st.integers(1, 60), m=st.integers(1, 60))
def test_fisher_agrees_with_scipy(data: st.DataObject, n: int, m: int) -> None:
    seen, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))

    expected = fisher_exact([[seen, n - seen], [other, m - other]]).pvalue

    assert fisher_p(seen, n, other, m) == pytest.approx(expected, abs=1e-9)
    assert fisher_p(seen, n, other, m) == pytest.approx(fisher_p(other, m, seen, n))


def test_more_cells_seen_than_examined_is_no_share() -> None:
    with pytest.raises(ValueError, match="no share"):
        fisher_p(5, 4, 0, 1)


def test_holm_stops_at_the_first_that_stands() -> None:
    """Holm 1979: with p 0.01, 0.04, 0.03 and 0.005 at 5 %, only the two smallest fall."""
    assert holm_rejected([0.01, 0.04, 0.03, 0.005]) == [True, False, False, True]


@given(ps=st.lists(st.floats(0, 1), max_size=8))
def test_holm_rejects_no_less_than_bonferroni_and_no_more_than_one_by_one(ps: list[float]) -> None:
    for p, is_rejected in zip(ps, holm_rejected(ps), strict=True):
        assert is_rejected or p > 0.05 / len(ps)
        assert not is_rejected or p <= 0.05


def test_only_a_difference_beyond_chance_is_told() -> None:
    manual = {"neutrophil": 60, "lymphocyte": 30, "monocyte": 10}

    close = compare_counts(manual, {"neutrophil": 130, "lymphocyte": 55, "monocyte": 15})
    far = compare_counts(manual, {"neutrophil": 60, "lymphocyte": 125, "monocyte": 15})

    assert [one.subtype for one in close if one.differs] == []
    assert [one.subtype for one in far if one.differs] == ["neutrophil", "lymphocyte"]
