"""Which sources are left out together, and which fields may judge."""

import dataclasses

import pytest

from model.data.fields import LabelMode
from model.data.source_groups import (
    SOURCE_GROUPS,
    UnknownSourceGroup,
    check_group,
    fully_labelled,
    group_of,
    only_group,
    without_groups,
)
from tests.unit.training.packed_fields import packed_field

FIELDS = [packed_field(number, source) for number, source in enumerate(("bccd", "txl-pbc-bccd", "txl-pbc-pbc"))]


@pytest.mark.parametrize(
    ("source", "group"),
    [
        ("bccd", "bccd"),
        ("txl-pbc-bccd", "bccd"),
        ("txl-pbc-pbc", "pbc"),
        ("pbc-acevedo", "pbc"),
        ("txl-pbc-raabin", "raabin"),
        ("deep-bio-net", "deep-bio-net"),
        ("chula-rbc-12", "chula"),
    ],
)
def test_pictures_of_one_origin_are_one_group(source: str, group: str) -> None:
    assert group_of(source) == group
    assert group in SOURCE_GROUPS


def test_an_unknown_source_is_told_and_never_guessed() -> None:
    with pytest.raises(UnknownSourceGroup, match=r"'holiday' is in no group.*deep-bio-net"):
        group_of("holiday")


def test_an_unknown_group_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownSourceGroup, match="'txl-pbc-bccd' is no group of sources; choose one of bccd, pbc"):
        check_group("txl-pbc-bccd")
    with pytest.raises(UnknownSourceGroup):
        without_groups([], ["holiday"])
    with pytest.raises(UnknownSourceGroup):
        only_group([], "holiday")


def test_leaving_a_group_out_leaves_out_all_its_sources() -> None:
    assert without_groups(FIELDS, ["bccd"]) == FIELDS[2:]
    assert without_groups(FIELDS, ["bccd", "pbc"]) == []
    assert only_group(FIELDS, "bccd") == FIELDS[:2]


def test_leaving_nothing_out_needs_no_group() -> None:
    odd = dataclasses.replace(FIELDS[0], source="holiday")

    assert without_groups([odd], []) == [odd]


def test_fields_that_lack_boxes_of_a_class_judge_nothing() -> None:
    partly = dataclasses.replace(FIELDS[0], label_modes=(LabelMode.POSITIVES, LabelMode.FULL, LabelMode.FULL))

    filled_in = dataclasses.replace(FIELDS[0], pseudo_labelled_by="bloodcount 0.1.0")

    assert fully_labelled([partly, filled_in, *FIELDS[1:]]) == FIELDS[1:]
    with pytest.raises(ValueError, match="no field with every class labelled by the publisher"):
        fully_labelled([partly])
