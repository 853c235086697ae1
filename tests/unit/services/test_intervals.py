"""Exact intervals, against published tables and against scipy's own tests."""

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from app.services.figures.intervals import count_interval, share_interval

RUEMKE = [
    # seen, examined, low and high in percent: exact limits of the differential, as Rümke's table gives them
    (0, 100, 0.0, 3.6),
    (1, 100, 0.0, 5.4),
    (5, 100, 1.6, 11.3),
    (10, 100, 4.9, 17.6),
    (20, 100, 12.7, 29.2),
    (30, 100, 21.2, 40.0),
    (2, 200, 0.1, 3.6),
    (10, 200, 2.4, 9.0),
    (60, 200, 23.7, 36.9),
    (20, 500, 2.5, 6.1),
    (0, 1000, 0.0, 0.4),
    (100, 1000, 8.2, 12.0),
]
GARWOOD = [
    # count, low, high in cells
    (0, 0.0, 3.7),
    (1, 0.03, 5.6),
    (2, 0.2, 7.2),
    (3, 0.6, 8.8),
    (5, 1.6, 11.7),
    (10, 4.8, 18.4),
    (20, 12.2, 30.9),
    (50, 37.1, 65.9),
    (100, 81.4, 121.6),
    (1000, 939.0, 1064.0),
]


@pytest.mark.parametrize(("seen", "examined", "low", "high"), RUEMKE)
def test_shares_have_the_limits_of_ruemkes_table(seen: int, examined: int, low: float, high: float) -> None:
    interval = share_interval(seen, examined)

    assert (round(interval.low, 1), round(interval.high, 1)) == (low, high)


@pytest.mark.parametrize(("count", "low", "high"), GARWOOD)
def test_counts_have_garwoods_limits(count: int, low: float, high: float) -> None:
    interval = count_interval(count)

    decimals = 2 if count == 1 else 1
    assert (round(interval.low, decimals), round(interval.high, 1)) == (low, high)


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_shares_agree_with_the_exact_binomial_test(seen: int, examined: int) -> None:
    seen = min(seen, examined)
    exact = binomtest(seen, examined).proportion_ci(confidence_level=0.95, method="exact")

    interval = share_interval(seen, examined)

    assert interval.low == pytest.approx(100 * exact.low, abs=1e-6)
    assert interval.high == pytest.approx(100 * exact.high, abs=1e-6)
    assert interval.low <= 100 * seen / examined <= interval.high


@given(st.integers(0, 10**6))
def test_counts_agree_with_chi_squared(count: int) -> None:
    interval = count_interval(count)

    assert interval.low == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 if count else 0.0, rel=1e-9)
    assert interval.high == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2, rel=1e-9)


def test_none_and_all_are_limits_too() -> None:
    assert share_interval(0, 1).low == 0.0
    assert share_interval(1, 1).high == 100.0
    assert share_interval(0, 369).high == pytest.approx(100 * (1 - math.exp(math.log(0.025) / 369)))


@pytest.mark.parametrize(("seen", "examined"), [(0, 0), (2, 1), (-1, 5)])
def test_what_is_no_share_is_refused(seen: int, examined: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        share_interval(seen, examined)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="is no count"):
        count_interval(-1)


def test_starting_the_application_does_not_load_scipy() -> None:
    script = "import sys, app.main; sys.exit('scipy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
