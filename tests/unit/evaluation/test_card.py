"""The model card's tables of new metrics: intervals, the second reading, the count head, sources left out."""

import dataclasses
from typing import Any

import pytest

from model.decoding import DecodingSettings
from model.evaluation.card import CardError, card_tables
from model.evaluation.left_out import with_left_out
from model.evaluation.report import metrics_table
from model.evaluation.shown_figures import interval_of, limits, percent, shown, signed
from model.weights import WeightsManifest
from tests.unit.evaluation.hand_made_fields import counted_field

THRESHOLDS = (0.3, 0.3, 0.3)
TRAINING: dict[str, Any] = {
    "progress": {"step": 900, "seconds": 1500.0},
    "settings": {"start_from": ""},
    "fields": {"train": {"one": 40}},
}
FIELDS = [
    dataclasses.replace(
        counted_field(10, 9 + number % 3),
        key=str(number),
        source="txl-pbc-pbc",
        head_counts={"RBC": 9.5, "WBC": 0.0, "PLT": 0.0},
    )
    for number in range(30)
]


def manifest(metrics: dict[str, Any]) -> WeightsManifest:
    return WeightsManifest("m", "1.0.0", "ab", DecodingSettings(THRESHOLDS), training=TRAINING, metrics=metrics)


@pytest.fixture(scope="module")
def metrics() -> dict[str, Any]:
    return {"split": "validation", **metrics_table(FIELDS, THRESHOLDS, resamples=200)}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (shown(0.9617, (0.951, 0.9714)), "0.962 (0.951-0.971)"),
        (shown(0.9617), "0.962"),
        (shown(None, (0.1, 0.2)), "not available"),
        (percent(0.98, (0.969, 0.99)), "98.0 % (96.9-99.0)"),
        (percent(-0.05, (-0.1, 0.02)), "-5.0 % (-10.0 to 2.0)"),
        (signed(0.32, (-0.15, 0.5)), "+0.32 (-0.15 to +0.50)"),
        (limits((-2.43, 3.07)), "-2.43 to +3.07"),
        (limits(None), "not available"),
    ],
)
def test_figures_are_written_with_their_interval(written: str, expected: str) -> None:
    assert written == expected


def test_the_tables_show_every_figure_with_its_interval(metrics: dict[str, Any]) -> None:
    tables = card_tables(manifest(metrics))
    row, part = metrics["all"]["classes"]["RBC"], metrics["all"]
    accuracy = shown(row["accuracy"], part["intervals"]["RBC"]["accuracy"])
    total = percent(row["total_count_accuracy"], part["intervals"]["RBC"]["total_count_accuracy"])

    assert "(" in accuracy
    assert "(" in total
    assert f"| {accuracy} |" in tables
    assert f"| {total} |" in tables
    assert "| all 30 | WBC | 0 | not available | not available |" in tables


def test_the_second_reading_and_the_count_head_have_tables_of_their_own(metrics: dict[str, Any]) -> None:
    tables = card_tables(manifest(metrics))

    assert "*border cells not judged*" in tables
    assert "Counts of the count head" in tables
    assert "| all 30 | RBC | 300 | 285 | -5.0 % | 95.0 % (95.0-95.0) |" in tables


def test_without_a_count_head_there_is_no_table_of_it(metrics: dict[str, Any]) -> None:
    bare = {**metrics, "by_source": {}, "txl-pbc": None, "all": {**metrics["all"], "count_head": None}}

    assert "count head" not in card_tables(manifest(bare))


def test_a_source_left_out_names_its_training_budget_and_its_share_of_fields(metrics: dict[str, Any]) -> None:
    entry = {**metrics["all"], "training": {"minutes": 25.0}, "fields_taken": {"every": 4, "of": 120}}
    tables = card_tables(manifest(with_left_out(metrics, "pbc", entry)))

    assert "On a source that training never saw" in tables
    assert "| pbc | 30 (one in 4 of 120) | 25 minutes | RBC | 300 |" in tables
    mean = shown(entry["average_precision"]["mean"]["ap50"], interval_of(entry, "mean", "ap50"))
    assert f"| pbc | 30 (one in 4 of 120) | 25 minutes | **mean** | | **{mean}** |" in tables
    assert "never saw" not in card_tables(manifest(metrics))


def test_weights_without_metrics_of_their_own_have_no_tables() -> None:
    with pytest.raises(CardError, match="has no metrics; run: bloodcount evaluate DATASET --record"):
        card_tables(manifest({"left_out": {"pbc": {}}}))
