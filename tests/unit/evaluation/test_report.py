"""The table of metrics that is written as metrics.json."""

import json

import pytest

from model.evaluation.report import metrics_table
from tests.unit.evaluation.hand_made_fields import counted_field, field, square

THRESHOLDS = (0.3, 0.4, 0.5)
PARTS = {"fields", "average_precision", "classes", "scale"}
FIGURES = {
    "precision",
    "recall",
    "f1",
    "reference_cells",
    "predicted_cells",
    "total_count_accuracy",
    "pooled_error",
    "relative_image_error",
    "mean_absolute_error",
    "bias",
    "limits_of_agreement",
}


def test_every_part_has_every_figure_under_its_name() -> None:
    one = field([(0, square(0))], [(0, square(0), 0.9)], source="txl-pbc-pbc")
    other = field([(1, square(0))], [(1, square(0), 0.9)], source="deep-bio-net")
    table = metrics_table([one, other], THRESHOLDS)

    assert table["thresholds"] == {"RBC": 0.3, "WBC": 0.4, "PLT": 0.5}
    assert set(table) == {"thresholds", "all", "txl-pbc", "by_source"}
    assert set(table["by_source"]) == {"txl-pbc-pbc", "deep-bio-net"}
    for part in (table["all"], table["txl-pbc"], *table["by_source"].values()):
        assert set(part) == PARTS
        assert set(part["average_precision"]) == {"RBC", "WBC", "PLT", "mean"}
        assert set(part["classes"]) == {"RBC", "WBC", "PLT"}
        assert {frozenset(row) for row in part["classes"].values()} == {frozenset(FIGURES)}
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


def test_no_fields_are_an_error() -> None:
    with pytest.raises(ValueError, match="no fields"):
        metrics_table([], THRESHOLDS)
