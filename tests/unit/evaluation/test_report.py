"""The table of metrics that is written as metrics.json."""

import dataclasses
import json

import pytest

from model.evaluation.report import metrics_table
from tests.unit.evaluation.hand_made_fields import counted_field, field, square

THRESHOLDS = (0.3, 0.4, 0.5)
PARTS = {
    "fields",
    "originals",
    "average_precision",
    "classes",
    "intervals",
    "border_not_judged",
    "count_head",
    "scale",
}
FIGURES = {
    "precision",
    "recall",
    "f1",
    "accuracy",
    "reference_cells",
    "predicted_cells",
    "total_count_accuracy",
    "pooled_error",
    "relative_image_error",
    "mean_relative_image_error",
    "mean_absolute_error",
    "bias",
    "limits_of_agreement",
}


def test_every_part_has_every_figure_under_its_name() -> None:
    one = field([(0, square(0))], [(0, square(0), 0.9)], source="txl-pbc-pbc")
    other = field([(1, square(0))], [(1, square(0), 0.9)], source="deep-bio-net")
    table = metrics_table([one, other], THRESHOLDS)

    assert table["thresholds"] == {"RBC": 0.3, "WBC": 0.4, "PLT": 0.5}
    assert set(table) == {"thresholds", "resampling", "all", "txl-pbc", "by_source"}
    assert set(table["by_source"]) == {"txl-pbc-pbc", "deep-bio-net"}
    for part in (table["all"], table["txl-pbc"], *table["by_source"].values()):
        assert set(part) == PARTS
        assert set(part["average_precision"]) == {"RBC", "WBC", "PLT", "mean"}
        assert set(part["classes"]) == {"RBC", "WBC", "PLT"}
        assert {frozenset(row) for row in part["classes"].values()} == {frozenset(FIGURES)}
        assert {frozenset(row) for row in part["border_not_judged"]["classes"].values()} == {
            frozenset(FIGURES | {"ap50"})
        }
        assert part["count_head"] is None
        assert set(part["scale"]) == {"median_ratio", "share_within_15_percent", "share_within_30_percent"}
    assert (table["all"]["fields"], table["txl-pbc"]["fields"]) == (2, 1)
    assert table["txl-pbc"]["classes"]["WBC"]["recall"] is None


def test_each_class_is_judged_at_its_own_threshold() -> None:
    fields = [
        field([(index, square(index)) for index in range(3)], [(index, square(index), 0.45) for index in range(3)])
    ]
    classes = metrics_table(fields, THRESHOLDS)["all"]["classes"]

    assert {code: row["recall"] for code, row in classes.items()} == {"RBC": 1.0, "WBC": 1.0, "PLT": 0.0}
    assert {code: row["predicted_cells"] for code, row in classes.items()} == {"RBC": 1, "WBC": 1, "PLT": 0}


def test_without_txl_pbc_its_part_is_not_available() -> None:
    assert metrics_table([counted_field(2, 2)], THRESHOLDS)["txl-pbc"] is None


def test_scales_are_summed_up_by_how_far_they_are_off() -> None:
    ratios = (1.0, 1.1, 0.9, 1.2, 2.0)
    table = metrics_table([field([], [], scale_ratio=ratio) for ratio in ratios], THRESHOLDS)

    assert table["all"]["scale"] == {
        "median_ratio": pytest.approx(1.1),
        "share_within_15_percent": pytest.approx(3 / 5),
        "share_within_30_percent": pytest.approx(4 / 5),
    }


def test_the_table_is_json_without_nan_even_where_everything_is_undefined() -> None:
    table = metrics_table([field([], [])], THRESHOLDS)

    assert json.loads(json.dumps(table, allow_nan=False))["all"]["classes"]["RBC"]["f1"] is None


def test_each_figure_has_an_interval_that_holds_it() -> None:
    fields = [
        dataclasses.replace(counted_field(10 + number % 3, 10 + number % 5), key=str(number)) for number in range(40)
    ]
    part = metrics_table(fields, THRESHOLDS, resamples=300)["all"]
    figures = {**part["classes"]["RBC"], **part["average_precision"]["RBC"]}

    assert part["originals"] == 40
    for name, limits in part["intervals"]["RBC"].items():
        assert limits[0] <= figures[name] <= limits[1], name
    assert part["intervals"]["RBC"]["bias"][0] < part["intervals"]["RBC"]["bias"][1]
    low, high = part["intervals"]["mean"]["ap50"]
    assert low <= part["average_precision"]["mean"]["ap50"] <= high
    assert set(part["intervals"]["WBC"].values()) >= {None}


def test_fields_of_one_original_alone_have_no_intervals() -> None:
    part = metrics_table([counted_field(5, 5, original="a"), counted_field(4, 6, original="a")], THRESHOLDS)["all"]

    assert part["originals"] == 1
    assert set(part["intervals"]["RBC"].values()) == {None}


def test_the_border_reading_stands_beside_the_plain_one() -> None:
    # Every hand-made cell touches the top of its field.
    part = metrics_table([counted_field(3, 4)], THRESHOLDS)["all"]

    assert part["classes"]["RBC"]["precision"] == pytest.approx(3 / 4)
    assert part["border_not_judged"]["border_px"] == 2.0
    assert part["border_not_judged"]["mean_ap50"] is None
    assert part["border_not_judged"]["classes"]["RBC"]["reference_cells"] == 0
    assert part["border_not_judged"]["classes"]["RBC"]["precision"] is None


def test_a_count_head_is_judged_by_its_own_counts() -> None:
    heads = [{"RBC": 9.5, "WBC": 1.0, "PLT": 0.2}, {"RBC": 21.0, "WBC": 0.0, "PLT": 0.1}]
    fields = [
        field([(0, square(n)) for n in range(cells)], [], key=str(cells), head_counts=counts)
        for cells, counts in zip((10, 20), heads, strict=True)
    ]
    head = metrics_table(fields, THRESHOLDS)["all"]["count_head"]

    assert head["classes"]["RBC"]["pooled_error"] == pytest.approx(0.5 / 30)
    assert head["classes"]["RBC"]["relative_image_error"] == pytest.approx(1.5 / 30)
    assert head["classes"]["WBC"]["total_count_accuracy"] is None
    assert len(head["intervals"]["RBC"]["pooled_error"]) == 2


def test_a_count_head_that_judged_only_some_fields_has_no_figures() -> None:
    fields = [field([], [], head_counts={"RBC": 1.0, "WBC": 0.0, "PLT": 0.0}), field([], [])]

    assert metrics_table(fields, THRESHOLDS)["all"]["count_head"] is None


def test_progress_is_told_part_by_part() -> None:
    told: list[tuple[int, int]] = []
    fields = [counted_field(1, 1), field([], [], source="txl-pbc-pbc")]
    metrics_table(fields, THRESHOLDS, resamples=2, progress=lambda *numbers: told.append(numbers))

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_no_fields_are_an_error() -> None:
    with pytest.raises(ValueError, match="no fields"):
        metrics_table([], THRESHOLDS)
