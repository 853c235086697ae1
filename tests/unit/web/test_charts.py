"""Charts keep every value inside their frame, in its order, and say where something changed."""

from hypothesis import given
from hypothesis import strategies as st

from app.web.charts import HEIGHT, WIDTH, Chart, ChartPoint, control_chart, trend_chart

VALUES = st.lists(st.floats(0, 1e6), min_size=2, max_size=20)


def points(values: list[float]) -> list[ChartPoint]:
    return [ChartPoint(float(place), value, value, value * 1.5, str(value)) for place, value in enumerate(values)]


def assert_inside(chart: Chart) -> None:
    assert all(0 <= float(point.x) <= WIDTH and 0 <= float(point.y) <= HEIGHT for point in chart.points)
    assert all(chart.top - 1 <= float(level.at) <= chart.bottom + 1 for level in chart.levels)


@given(values=VALUES)
def test_a_trend_keeps_inside_and_larger_values_are_higher(values: list[float]) -> None:
    chart = trend_chart(points(values))

    assert_inside(chart)
    for value, drawn in zip(values, chart.points, strict=True):
        for other, other_drawn in zip(values, chart.points, strict=True):
            assert value <= other or float(drawn.y) <= float(other_drawn.y)


def test_no_line_joins_results_of_other_weights() -> None:
    chart = trend_chart(points([1, 2, 3, 4]), breaks=[(2, "other weights")])

    assert [line.text for line in chart.uprights] == ["other weights"]
    assert len(chart.joins) == 2
    assert float(chart.points[1].x) < float(chart.uprights[0].at) < float(chart.points[2].x)


@given(values=VALUES)
def test_a_control_chart_has_its_seven_lines_in_order(values: list[float]) -> None:
    chart = control_chart(points(values), mean=500.0, sd=10.0)

    assert_inside(chart)
    assert [line.text for line in chart.levels] == ["-3 SD", "-2 SD", "-1 SD", "mean", "+1 SD", "+2 SD", "+3 SD"]
    heights = [float(line.at) for line in chart.levels]
    assert heights == sorted(heights, reverse=True)
