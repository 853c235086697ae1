"""The formulas of ratios, chambers and factors give the worked examples of clinical.md 3.1, and keep their order."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.schemas.measurements import ChamberCount
from app.services.figures.cell_ratios import cells_per_1000_rbc, concentration_by_ratio_10e9_per_l
from app.services.figures.chambers import NEUBAUER, chamber_concentration_per_ul, sides_agree
from app.services.figures.field_factors import concentration_by_factor_per_ul

COUNTS = st.integers(0, 5000)
POSITIVE = st.integers(1, 100_000)


def chamber(code: str, side_a: int, side_b: int | None) -> ChamberCount:
    """A count in the usual squares of a class."""
    usual = NEUBAUER[code]
    return ChamberCount(
        squares=usual.squares,
        square_area_mm2=usual.square_area_mm2,
        depth_mm=usual.depth_mm,
        dilution=usual.dilution,
        side_a=side_a,
        side_b=side_b,
    )


@pytest.mark.parametrize(
    ("code", "one_side", "per_ul"), [("WBC", 140, 7000.0), ("RBC", 500, 5_000_000.0), ("PLT", 250, 250_000.0)]
)
def test_the_usual_squares_have_the_textbooks_factors(code: str, one_side: int, per_ul: float) -> None:
    found = chamber_concentration_per_ul(chamber(code, one_side, one_side))

    assert found.value == pytest.approx(per_ul)


def test_the_interval_of_a_chamber_is_that_of_both_sides_together() -> None:
    found = chamber_concentration_per_ul(chamber("WBC", 60, 80))

    # 140 cells on both sides: Garwood gives 117.8 to 165.2, and each cell counts for 25 a microlitre.
    assert found.value == pytest.approx(3500)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(25 * 117.77, rel=1e-3)
    assert found.interval.high == pytest.approx(25 * 165.20, rel=1e-3)


def test_one_side_of_a_chamber_gives_nothing() -> None:
    with pytest.raises(ValueError, match="side B"):
        chamber_concentration_per_ul(chamber("WBC", 60, None))


@pytest.mark.parametrize(("a", "b", "agree"), [(0, 0, True), (100, 127, True), (100, 130, False), (0, 4, False)])
def test_sides_agree_within_what_chance_allows(a: int, b: int, agree: bool) -> None:
    assert sides_agree(a, b) is agree
    assert sides_agree(b, a) is agree


@given(a=COUNTS, b=COUNTS)
def test_sides_that_agree_still_agree_when_more_alike(a: int, b: int) -> None:
    if sides_agree(a, b) and a != b:
        assert sides_agree(a, a)
        assert sides_agree(min(a, b) + 1, max(a, b))


@pytest.mark.parametrize(
    ("platelets", "red", "rbc", "value", "log_normal"),
    [(50, 1000, 5.0, 250, (188, 332)), (100, 2000, 5.0, 250, (205, 306)), (20, 1000, 4.0, 80, (51, 125))],
)
def test_the_ratio_gives_the_worked_examples(
    platelets: int, red: int, rbc: float, value: float, log_normal: tuple[int, int]
) -> None:
    found = concentration_by_ratio_10e9_per_l(platelets, red, rbc)

    assert found.value == pytest.approx(value)
    assert found.interval is not None
    # The examples are log-normal, an approximation: the exact interval is close to it.
    assert found.interval.low == pytest.approx(log_normal[0], rel=0.06)
    assert found.interval.high == pytest.approx(log_normal[1], rel=0.06)


@given(cells=COUNTS, red=POSITIVE)
def test_a_ratio_lies_in_its_interval_and_none_seen_is_not_none_there(cells: int, red: int) -> None:
    found = cells_per_1000_rbc(cells, red)

    assert found.interval is not None
    assert found.interval.low <= found.value <= found.interval.high
    assert math.isfinite(found.interval.high)
    assert found.interval.high > 0
    assert (found.interval.low == 0) == (cells == 0)


def test_without_red_cells_there_is_no_ratio() -> None:
    with pytest.raises(ValueError, match="at least one red cell"):
        cells_per_1000_rbc(5, 0)


@pytest.mark.parametrize(
    ("cells", "factor", "value", "low", "high"), [(120, 15_000, 180_000, 149, 215), (35, 2000, 7000, 4.9, 9.7)]
)
def test_a_factor_gives_the_worked_examples(cells: int, factor: float, value: float, low: float, high: float) -> None:
    found = concentration_by_factor_per_ul(cells, 10, factor)

    assert found.value == pytest.approx(value)
    assert found.interval is not None
    assert found.interval.low / 1000 == pytest.approx(low, rel=0.01)
    assert found.interval.high / 1000 == pytest.approx(high, rel=0.01)


@given(cells=COUNTS, fields=st.integers(1, 500), factor=st.floats(0.1, 1e6), times=st.integers(2, 20))
def test_as_many_more_cells_on_as_many_more_fields_are_the_same_better_known(
    cells: int, fields: int, factor: float, times: int
) -> None:
    once = concentration_by_factor_per_ul(cells, fields, factor)
    often = concentration_by_factor_per_ul(times * cells, times * fields, factor)

    assert often.value == pytest.approx(once.value)
    assert once.interval is not None
    assert often.interval is not None
    assert often.interval.high - often.interval.low < once.interval.high - once.interval.low
