"""Judging names on a source of which no name was taught."""

import pytest

from model.data.source_groups import UnknownSourceGroup
from model.data.splits import Split
from model.decoding import DecodingSettings
from model.evaluation.left_out import SourceNotLeftOut, keeping_left_out
from model.evaluation.naming.left_out import (
    check_names_left_out,
    groups_without_names,
    named_fields_of,
    naming_left_out_entry,
    with_naming_left_out,
)
from model.weights import WeightsManifest
from tests.unit.evaluation.naming.hand_made_cells import WHITE, field, point


def manifest(**training: object) -> WeightsManifest:
    progress = {"seconds": 600.0, "step": 70}
    decoding = DecodingSettings((0.3, 0.3, 0.3))
    return WeightsManifest("part", "0.3.0", "ab", decoding, training={"progress": progress, **training})


def test_weights_that_were_taught_no_name_of_the_source_may_be_judged_by_it() -> None:
    check_names_left_out(manifest(names_left_out=["bccd"]), "bccd")
    check_names_left_out(manifest(left_out=["bccd"]), "bccd")

    assert groups_without_names(manifest(names_left_out=["bccd"], left_out=["pbc", "bccd"])) == ["bccd", "pbc"]


def test_weights_that_may_have_been_taught_names_are_refused() -> None:
    with pytest.raises(SourceNotLeftOut, match=r"part 0\.3\.0.*only those of pbc.*names_left_out = \[.bccd.\]"):
        check_names_left_out(manifest(names_left_out=["pbc"]), "bccd")
    with pytest.raises(SourceNotLeftOut, match="leaves out no names"):
        check_names_left_out(manifest(), "bccd")
    with pytest.raises(UnknownSourceGroup):
        check_names_left_out(manifest(names_left_out=["holiday"]), "holiday")


def test_named_fields_of_every_split_judge() -> None:
    points = (point(50, 50, WHITE, "basophil"),)
    fields = [field(source="txl-pbc-bccd", split=split, points=points) for split in Split]
    others = [field(source="txl-pbc-bccd"), field(source="pbc-acevedo", points=points)]

    assert named_fields_of([*fields, *others], "bccd") == fields
    with pytest.raises(ValueError, match="no field of 'chula'"):
        named_fields_of(fields, "chula")


@pytest.mark.parametrize(("record", "saw"), [("names_left_out", True), ("left_out", False)])
def test_what_is_kept_tells_whether_the_detector_saw_the_fields(record: str, saw: bool) -> None:
    entry = naming_left_out_entry(manifest(**{record: ["bccd"]}), "bccd", {"sets": {}}, {"every": 1})

    assert entry["detector_saw_fields"] is saw
    assert entry["training"][record] == ["bccd"]
    assert (entry["training"]["minutes"], entry["weights"]["sha256"], entry["sets"]) == (10.0, "ab", {})


def test_figures_of_a_group_stay_when_the_release_is_measured_again() -> None:
    kept = with_naming_left_out({"all": 1}, "bccd", {"sets": {}})

    assert kept == {"all": 1, "naming_left_out": {"bccd": {"sets": {}}}}
    assert keeping_left_out({"all": 2}, kept) == {"all": 2, "naming_left_out": {"bccd": {"sets": {}}}}
