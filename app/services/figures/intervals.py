"""Exact 95 % confidence intervals of a count and of a share of cells.

They hold for the chance of counting alone. What the network takes for another cell, and where on the smear the
photographs were taken, comes on top.
"""

from functools import lru_cache

from app.schemas.findings import Interval, Share

_TAIL = 0.025
"""Left outside on each side of a 95 % interval."""

_REMEMBERED = 4096
"""Intervals kept: an open page asks for the same ones several times a second."""


@lru_cache(maxsize=_REMEMBERED)
def share_interval(seen: int, examined: int) -> Interval:
    """The exact 95 % interval, in percent, of the share that ``seen`` of ``examined`` cells are.

    Clopper and Pearson 1934, Biometrika 26:404: the quantiles of Beta(x, n - x + 1) and Beta(x + 1, n - x). Rümke's
    table of the differential holds the same limits.

    Raises:
        ValueError: No cell was examined, or more were seen than examined.
    """
    if not 0 <= seen <= examined or examined == 0:
        raise ValueError(f"{seen} of {examined} cells is no share; examine at least one cell")
    from scipy.special import betaincinv  # noqa: PLC0415 - takes a third of a second, which no start should wait for

    low = float(betaincinv(seen, examined - seen + 1, _TAIL)) if seen > 0 else 0.0
    high = float(betaincinv(seen + 1, examined - seen, 1 - _TAIL)) if seen < examined else 1.0
    return Interval(low=100 * low, high=100 * high)


def exact_share(n: int, examined: int) -> Share:
    """The share that ``n`` of the examined cells are, with its exact interval; of nothing there is none."""
    if examined == 0:
        return Share(n=n, percent=None, low=None, high=None)
    interval = share_interval(n, examined)
    return Share(n=n, percent=100 * n / examined, low=interval.low, high=interval.high)


@lru_cache(maxsize=_REMEMBERED)
def count_interval(count: int) -> Interval:
    """The exact 95 % interval, in cells, of the count that as many fields of the same smear would have on average.

    Garwood 1936, Biometrika 28:437: half the quantiles of chi-squared with 2 N and 2 N + 2 degrees of freedom, which
    are those of the gamma distribution with N and N + 1.

    Raises:
        ValueError: The count is negative.
    """
    if count < 0:
        raise ValueError(f"{count} is no count; it is zero or more")
    from scipy.special import gammaincinv  # noqa: PLC0415 - as above

    low = float(gammaincinv(count, _TAIL)) if count > 0 else 0.0
    return Interval(low=low, high=float(gammaincinv(count + 1, 1 - _TAIL)))
