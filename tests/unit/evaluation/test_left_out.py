"""Judging on a source that training never saw: who may judge, on which fields, and what is kept."""

from typing import Any

import pytest

from model.data.source_groups import UnknownSourceGroup
from model.data.splits import Split
from model.decoding import DecodingSettings
from model.evaluation.left_out import (
    SourceNotLeftOut,
    check_left_out,
    judging_fields,
    keeping_left_out,
    left_out_entry,
    thinned,
    with_left_out,
)
from model.weights import WeightsManifest
from tests.unit.training.packed_fields import packed_field


def manifest(**training: object) -> WeightsManifest:
    progress = {"seconds": 1500.0, "step": 900}
    decoding = DecodingSettings((0.3, 0.3, 0.3))
    return WeightsManifest("part", "0.2.0", "ab", decoding, training={"progress": progress, **training})


def test_weights_whose_record_names_the_source_may_be_judged_by_it() -> None:
    check_left_out(manifest(left_out=["pbc", "bccd"]), "bccd")


@pytest.mark.parametrize(
    ("record", "words"),
    [({}, "names no source that was left out"), ({"left_out": ["pbc"]}, "names only pbc")],
)
def test_weights_that_may_have_seen_the_source_are_refused(record: dict[str, Any], words: str) -> None:
    with pytest.raises(SourceNotLeftOut, match=rf"part 0\.2\.0.*{words}.*--leave-out raabin"):
        check_left_out(manifest(**record), "raabin")


def test_a_source_that_does_not_exist_is_told() -> None:
    with pytest.raises(UnknownSourceGroup, match="choose one of"):
        check_left_out(manifest(left_out=["holiday"]), "holiday")


def test_every_split_of_the_group_judges() -> None:
    fields = [packed_field(number, "txl-pbc-bccd", split) for number, split in enumerate(Split)]

    assert judging_fields([*fields, packed_field(9, "deep-bio-net")], "bccd") == fields


@pytest.mark.parametrize(("limit", "numbers", "step"), [(None, 10, 1), (10, 10, 1), (9, 5, 2), (3, 3, 4), (1, 1, 10)])
def test_every_kth_field_is_taken(limit: int | None, numbers: int, step: int) -> None:
    fields = [packed_field(number) for number in range(10)]

    assert thinned(fields, limit) == (fields[::step], step)
    assert len(thinned(fields, limit)[0]) == numbers


def test_what_is_kept_names_the_weights_and_the_time_they_were_given() -> None:
    part = {"fields": 3, "classes": {}}
    entry = left_out_entry(manifest(left_out=["pbc"]), part, {"RBC": 0.5}, {"every": 2, "of": 6})

    assert entry["weights"] == {"name": "part", "version": "0.2.0", "sha256": "ab"}
    assert entry["training"] == {"minutes": 25.0, "steps": 900, "left_out": ["pbc"]}
    assert (entry["fields"], entry["thresholds"], entry["fields_taken"]) == (3, {"RBC": 0.5}, {"every": 2, "of": 6})


def test_the_figures_of_one_group_leave_the_others_alone() -> None:
    metrics = with_left_out(with_left_out({"all": 1}, "pbc", {"fields": 1}), "bccd", {"fields": 2})

    assert metrics == {"all": 1, "left_out": {"pbc": {"fields": 1}, "bccd": {"fields": 2}}}
    assert with_left_out(metrics, "pbc", {"fields": 5})["left_out"]["pbc"] == {"fields": 5}


def test_new_metrics_keep_the_left_out_figures() -> None:
    assert keeping_left_out({"all": 2}, {"all": 1, "left_out": {"pbc": {}}}) == {"all": 2, "left_out": {"pbc": {}}}
    assert keeping_left_out({"all": 2}, {"all": 1}) == {"all": 2}
