"""Ratios of two counts from the same fields, and what an analyser's red cells make of them."""

from app.schemas.figures import Estimate
from app.schemas.findings import Interval
from app.services.figures.intervals import share_interval

_PER_THOUSAND = 1000.0


def cells_per_1000_rbc(cells: int, red_cells: int) -> Estimate:
    """Cells of one class for every thousand red cells of the same fields.

    The interval is exact: given their sum, one of two Poisson counts is binomial with the share r / (1 + r), so the
    limits of that share (Clopper and Pearson) give those of the ratio (Przyborowski and Wilenski 1940, Biometrika
    31:313). It holds the chance of both counts.

    Raises:
        ValueError: No red cell was counted, or a count is negative.
    """
    if red_cells <= 0 or cells < 0:
        raise ValueError(f"{cells} cells for {red_cells} red cells is no ratio; count at least one red cell")
    share = share_interval(cells, cells + red_cells)
    low, high = (_odds(percent / 100) for percent in (share.low, share.high))
    return Estimate(
        value=_PER_THOUSAND * cells / red_cells, interval=Interval(low=_PER_THOUSAND * low, high=_PER_THOUSAND * high)
    )


def concentration_by_ratio_10e9_per_l(cells: int, red_cells: int, rbc_10e12_per_l: float) -> Estimate:
    """Cells in 10^9/L from their number for each red cell and the analyser's red cells, in 10^12/L.

    Cells per 1000 red cells times red cells in 10^12/L (reference/clinical.md 1.1, F2 and F4: r = 0.966 against an
    analyser, n = 100, iraqjournals.net/article_29806). The interval is that of the ratio: the analyser's own error
    comes on top.

    Raises:
        ValueError: No red cell was counted, or the analyser's value is not positive.
    """
    if rbc_10e12_per_l <= 0:
        raise ValueError(f"{rbc_10e12_per_l} x 10^12/L are no red cells; enter the analyser's value")
    ratio = cells_per_1000_rbc(cells, red_cells)
    return scaled(ratio, rbc_10e12_per_l)


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """An estimate and its interval, both times a number that is taken as exact."""
    interval = estimate.interval
    return Estimate(
        value=estimate.value * factor,
        interval=Interval(low=interval.low * factor, high=interval.high * factor) if interval else None,
    )


def _odds(share: float) -> float:
    return share / (1 - share)
